using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>DRAIN_AGENT: nothing new is started on the agent and what runs there is ended, so that the host can be taken away.</summary>
internal static class Draining
{
    public static Decision Decide(PoolState state, PoolCommand.DrainAgent command, DateTimeOffset now)
    {
        if (!state.Agents.TryGetValue(command.AgentId, out var agent))
            return Deactivating.Unknown(command.AgentId);
        if (command.Config.MaxGracePeriod is { Nanoseconds: < 0 })
            return Decision.Invalid("drain_agent.max_grace_period is negative");
        if (state.Deactivations.TryGetValue(agent.Id, out var known) && known.Drain is not null)
            return Decision.Invalid($"Agent {agent.Id} is draining or drained already; REACTIVATE_AGENT first");
        var decision = new Decision { Outcome = PoolOutcome.Ok };
        Deactivating.Leave(state, decision, agent, command.Config, now);
        foreach (var task in agent.Tasks.Values.OrderBy(task => task.FrameworkId, StringComparer.Ordinal).ThenBy(task => task.Id, StringComparer.Ordinal))
        {
            if (!TaskStates.IsTerminal(task.Record.State))
                decision.Tell(agent, Kill(task.FrameworkId, task.Record, command.Config));
        }

        // Those that have tasks end with the last of them; the agent sees to that.
        foreach (var executor in agent.ExecutorsInOrder.Where(executor => !agent.HoldingTasks.Any(task => IsOf(task.Record, executor.FrameworkId, executor.Id))))
            decision.Tell(agent, AgentEvents.ShutdownExecutor(executor.FrameworkId, executor.Info.ExecutorId));
        return decision;
    }

    /// <summary>To an agent that comes back while it drains: it may not have heard of it.</summary>
    public static void EndAgain(PoolState state, Decision decision, string agentId, string stream, AgentCall.Types.Register registration)
    {
        var brought = registration.Tasks;
        if (!state.Deactivations.TryGetValue(agentId, out var deactivation) || deactivation.Drain is not { } config)
            return;
        foreach (var task in brought.Where(task => !TaskStates.IsTerminal(task.State) && !state.CompletedFrameworks.ContainsKey(task.FrameworkId.Value)))
            decision.TellAgentStream(stream, Kill(task.FrameworkId.Value, task, config));
        foreach (var executor in registration.Executors.Where(executor => !brought.Any(task => !TaskStates.IsTerminal(task.State) && IsOf(task, executor.FrameworkId.Value, executor.ExecutorId.Value))))
            decision.TellAgentStream(stream, AgentEvents.ShutdownExecutor(executor.FrameworkId.Value, executor.ExecutorId));
    }

    private static bool IsOf(TaskRecord task, string frameworkId, string executorId) => task.FrameworkId.Value == frameworkId && task.ExecutorId?.Value == executorId;

    /// <summary>Those that are to go for good do so once nothing is left on them.</summary>
    public static void Tick(PoolState state, Decision decision, DateTimeOffset now)
    {
        foreach (var (id, deactivation) in state.Deactivations.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (deactivation.Drain is not { MarkGone: true } || !state.Agents.TryGetValue(id, out var agent) || !IsDrained(state, agent))
                continue;
            decision.Tell(agent, AgentEvents.Shutdown("The agent is drained, and an operator wanted it gone then"));
            AgentLife.Remove(state, decision, agent, AgentRemoval.MarkedGone, now);
        }
    }

    /// <summary>No task, no executor and no operation is left on it, acknowledgements included.</summary>
    public static bool IsDrained(PoolState state, PooledAgent agent) => agent.Tasks.Count == 0 && agent.Executors.Count == 0
        && !state.OperationsOn(agent.Id).Any(operation => operation.IsPending);

    /// <summary>The task's own grace period, unless the operator waits no longer than a shorter one.</summary>
    private static AgentEvent Kill(string frameworkId, TaskRecord task, DrainConfig config)
    {
        var policy = task.KillPolicy?.Clone();
        if (config.MaxGracePeriod is { } most && (policy?.GracePeriod is not { } own || own.Nanoseconds > most.Nanoseconds))
            policy = new KillPolicy { GracePeriod = most };
        var kill = AgentEvents.KillTask(frameworkId, task.TaskId.Value, policy);
        kill.KillTask.Draining = true;
        return kill;
    }
}
