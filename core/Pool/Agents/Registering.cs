using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Reason = DataPlatform.Core.Protocol.Mesos.TaskReport.Types.Reason;

namespace DataPlatform.Core.Pool;

/// <summary>REGISTER: a new agent, one that restarted, one that was given up for unreachable, or one known from the journal.</summary>
internal static class Registering
{
    public static Decision Decide(PoolState state, PoolCommand.RegisterAgent command, DateTimeOffset now)
    {
        var decision = new Decision();
        var registration = command.Registration;
        var id = IdOf(state, command);
        if (RegistrationRules.WhyNot(state, registration, id) is { } why)
        {
            decision.TellAgentStream(command.StreamId, AgentEvents.Refused(why));
            decision.CloseAgentStream(command.StreamId);
            return decision;
        }

        if (state.IsDown(registration.AgentInfo.Hostname, command.Caller.Address))
        {
            decision.TellAgentStream(command.StreamId, AgentEvents.Shutdown("This agent's machine is down for maintenance; STOP_MAINTENANCE lets it join"));
            decision.CloseAgentStream(command.StreamId);
            return decision;
        }

        if (id is not null && state.RemovedAgents.ContainsKey(id))
        {
            decision.TellAgentStream(command.StreamId, AgentEvents.Shutdown("This agent's id was given up; register without an id"));
            decision.CloseAgentStream(command.StreamId);
            return decision;
        }

        var info = registration.AgentInfo.Clone();
        info.Id = new AgentID { Value = id ?? state.NextAgentId };
        if (id is null)
            ReplaceOlder(state, decision, info, now);

        var known = id is null ? null : state.Agents.GetValueOrDefault(id);
        var returned = id is not null && state.UnreachableAgents.ContainsKey(id);
        if (command.Caller.Principal is { } principal && !state.AgentPrincipals.ContainsKey(info.Id.Value))
            decision.Happened(new PoolEvent.AgentBound(info.Id.Value, principal));
        if (known is null)
        {
            var isRemembered = state.RecoveredAgents.TryGetValue(info.Id.Value, out var remembered) && remembered.Equals(info);
            decision.Happened(new PoolEvent.AgentAdmitted(info, state.OnTheWall(now), isRemembered));
        }
        else
        {
            AgentLife.LeaveStream(state, decision, known);
        }

        if (!state.KnowsConverted(info.Id.Value) && registration.ConvertedResources.Count > 0)
            decision.Happened(new PoolEvent.AgentConverted(info.Id.Value, Amounts.Of(registration.ConvertedResources)));
        decision.Happened(new PoolEvent.AgentConnected(
            info.Id.Value, command.StreamId, info, registration.Version, command.Caller.Address, state.OnTheWall(now), registration.WorkDirectoryId));
        var converted = Converted(state, registration, id);
        decision.TellAgentStream(command.StreamId, AgentEvents.Registered(info.Id.Value, converted, state.Settings));
        // What the agent no longer holds goes first, so that what it brings finds its place.
        if (known is not null)
            MatchKnown(state, decision, command, known, now);
        else if (returned)
            MatchAway(state, decision, command, info.Id.Value, now);
        RecoverFrameworks(state, decision, registration, now);
        TakeTasks(state, decision, command, known, returned, now);
        ExecutorLife.Match(state, decision, known, info.Id.Value, registration);
        Draining.EndAgain(state, decision, info.Id.Value, command.StreamId, registration);
        OperationLife.SendPending(state, decision, info.Id.Value, command.StreamId);
        return decision;
    }

    /// <summary>
    /// Null for one that is new here. An agent that never heard its id, because the answer was lost, is known by its work directory;
    /// a copy of that on another host is another agent.
    /// </summary>
    internal static string? IdOf(PoolState state, PoolCommand.RegisterAgent command)
    {
        var registration = command.Registration;
        return (registration.AgentInfo.Id ?? command.AgentId)?.Value
            ?? (state.AgentOfWorkDirectory(registration.WorkDirectoryId) is { } agent && agent.Info.Hostname == registration.AgentInfo.Hostname ? agent.Id : null);
    }

    /// <summary>The journal is right; of an agent that it does not know, what the agent has kept is.</summary>
    internal static ResourceBag Converted(PoolState state, AgentCall.Types.Register registration, string? id) =>
        id is not null && state.KnowsConverted(id) ? state.ConvertedOn(id) : Amounts.Of(registration.ConvertedResources);

    /// <summary>An agent that lost its work directory comes as a new one; the old one at the same address is no more.</summary>
    private static void ReplaceOlder(PoolState state, Decision decision, AgentInfo info, DateTimeOffset now)
    {
        foreach (var older in state.AgentsAt(info).Where(agent => !agent.IsConnected))
            AgentLife.Remove(state, decision, older, AgentRemoval.Replaced, now);
    }

    /// <summary>Frameworks of which this master only now learns, from what the agent holds of them.</summary>
    private static void RecoverFrameworks(PoolState state, Decision decision, AgentCall.Types.Register registration, DateTimeOffset now)
    {
        var named = registration.Tasks.Select(task => task.FrameworkId.Value)
            .Concat(registration.Executors.Select(executor => executor.FrameworkId.Value)).Distinct();
        foreach (var id in named.Where(id => !state.CompletedFrameworks.ContainsKey(id) && !state.Frameworks.ContainsKey(id)))
        {
            decision.Happened(new PoolEvent.FrameworkAdmitted(
                registration.Frameworks.First(candidate => candidate.Id.Value == id), now, Recovered: true));
        }
    }

    private static void TakeTasks(
        PoolState state, Decision decision, PoolCommand.RegisterAgent command, PooledAgent? known, bool returned, DateTimeOffset now)
    {
        var registration = command.Registration;
        var ended = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var task in registration.Tasks)
        {
            var frameworkId = task.FrameworkId.Value;
            if (state.CompletedFrameworks.ContainsKey(frameworkId))
            {
                ended.Add(frameworkId);
                continue;
            }

            var framework = state.Frameworks.GetValueOrDefault(frameworkId);
            if (framework is not null && framework.Tasks.TryGetValue(task.TaskId.Value, out var elsewhere) && elsewhere.AgentId != task.AgentId.Value)
            {
                // The id was given to another task meanwhile; or the agent claims what is not its own.
                decision.TellAgentStream(command.StreamId, AgentEvents.KillTask(frameworkId, task.TaskId.Value, policy: null));
                continue;
            }

            if (known is not null && known.Tasks.ContainsKey((frameworkId, task.TaskId.Value)))
                continue;

            decision.Happened(new PoolEvent.TaskAdded(task));
            if (returned && framework is not null)
            {
                // As reconciliation: what came after the update that is under way is told when that is acknowledged, so that no end is told of what was never told to run.
                decision.Tell(framework, StatusReports.Update(StatusReports.Latest(
                    task, task.HasStatusUpdateState ? task.StatusUpdateState : task.State, Reason.AgentReregistered, "The agent came back after it was unreachable", state.OnTheWall(now))));
            }
        }

        foreach (var framework in ended)
            decision.TellAgentStream(command.StreamId, AgentEvents.ShutdownFramework(framework));
    }

    /// <summary>What the agent was not told, what it should have and has not, and what went on meanwhile.</summary>
    private static void MatchKnown(
        PoolState state, Decision decision, PoolCommand.RegisterAgent command, PooledAgent known, DateTimeOffset now)
    {
        var brought = command.Registration.Tasks.ToDictionary(task => (task.FrameworkId.Value, task.TaskId.Value));
        foreach (var (key, task) in known.Tasks.OrderBy(pair => pair.Key.TaskId, StringComparer.Ordinal))
        {
            if (brought.TryGetValue(key, out var theirs))
            {
                if (theirs.State != task.Record.State && theirs.Statuses.Count > 0)
                    decision.Happened(new PoolEvent.TaskUpdated(key.FrameworkId, known.Id, BeingSent(theirs), theirs.State));
                continue;
            }

            if (!TaskStates.IsTerminal(task.Record.State))
                Drop(decision, state.Frameworks[task.FrameworkId], task.Record, state.OnTheWall(now));
            decision.Happened(new PoolEvent.TaskRemoved(task.FrameworkId, task.Id));
        }

        foreach (var (key, policy) in known.PostponedKills.Where(kill => brought.ContainsKey(kill.Key)))
            decision.TellAgentStream(command.StreamId, AgentEvents.KillTask(key.FrameworkId, key.TaskId, policy));
    }

    /// <summary>The agent may know more already than it has been able to tell.</summary>
    private static TaskReport BeingSent(TaskRecord theirs) =>
        theirs.Statuses.FirstOrDefault(status => status.HasUuid && status.Uuid.Equals(theirs.StatusUpdateUuid)) ?? theirs.Statuses[^1];

    /// <summary>What went away with the agent and did not come back with it: nobody else will ever say what became of it.</summary>
    private static void MatchAway(
        PoolState state, Decision decision, PoolCommand.RegisterAgent command, string agentId, DateTimeOffset now)
    {
        var brought = command.Registration.Tasks.Select(task => (task.FrameworkId.Value, task.TaskId.Value)).ToHashSet();
        foreach (var (frameworkId, taskId) in state.TasksAwayWith(agentId).Where(away => !brought.Contains(away))
            .OrderBy(away => away.FrameworkId, StringComparer.Ordinal).ThenBy(away => away.TaskId, StringComparer.Ordinal))
        {
            // It may have been forgotten since, or be another agent's by now.
            if (!state.Frameworks.TryGetValue(frameworkId, out var framework)
                || !framework.UnreachableTasks.TryGetValue(taskId, out var record) || record.AgentId.Value != agentId)
                continue;
            Drop(decision, framework, record, state.OnTheWall(now));
            decision.Happened(new PoolEvent.TaskRemoved(frameworkId, taskId));
        }
    }

    private static void Drop(Decision decision, PooledFramework framework, TaskRecord task, DateTimeOffset time)
    {
        var status = StatusReports.FromMaster(task.TaskId, task.AgentId,
            TaskStates.AsKnownTo(framework.IsPartitionAware, TaskState.TaskDropped), Reason.Reconciliation,
            "The agent registered again without this task: it was never started, or its record is lost", time);
        decision.Happened(new PoolEvent.TaskUpdated(framework.Id, task.AgentId.Value, status, status.State));
        decision.Tell(framework, StatusReports.Update(status));
    }
}
