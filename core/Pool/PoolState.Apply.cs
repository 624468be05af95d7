using DataPlatform.Core.Allocation;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>How each event changes the state: the only place that does.</summary>
public sealed partial class PoolState
{
    public void Apply(PoolEvent happened)
    {
        switch (happened)
        {
            case PoolEvent.FrameworkAdmitted admitted:
                var framework = new PooledFramework(admitted.Info, admitted.Since, admitted.Recovered);
                frameworks[framework.Id] = framework;
                Allocator.SetFramework(framework.Id, framework.Roles, isActive: false, framework.Traits);
                if (framework.Id == NextFrameworkId)
                    nextFramework++;
                break;
            case PoolEvent.FrameworkChanged changed:
                Take(frameworks[changed.Info.Id.Value], changed.Info);
                break;
            case PoolEvent.FrameworkConnected connected:
                Connect(frameworks[connected.FrameworkId], connected.StreamId, connected.Time);
                break;
            case PoolEvent.FrameworkDisconnected disconnected:
                Disconnect(frameworks[disconnected.FrameworkId], disconnected.Since);
                break;
            case PoolEvent.FrameworkRemoved removed:
                Remove(frameworks[removed.FrameworkId], removed.Time);
                break;
            case PoolEvent.RolesSuppressed suppressed:
                frameworks[suppressed.FrameworkId].Suppressed.UnionWith(suppressed.Roles);
                Allocator.Suppress(suppressed.FrameworkId, suppressed.Roles);
                break;
            case PoolEvent.RolesRevived revived:
                frameworks[revived.FrameworkId].Suppressed.ExceptWith(revived.Roles);
                Allocator.Revive(revived.FrameworkId, revived.Roles);
                AskAgain(revived.FrameworkId);
                AllocateEverywhere();
                break;
            case PoolEvent.OfferConstraintsSet set:
                var constrained = frameworks[set.FrameworkId];
                constrained.Constrain(set.Constraints);
                Allocator.SetFramework(constrained.Id, constrained.Roles, constrained.IsConnected, constrained.Traits);
                AllocateEverywhere();
                break;
            case PoolEvent.QuotaUpdated(var role, var quota):
                if (quota.IsNone)
                    quotas.Remove(role);
                else
                    quotas[role] = quota;
                Allocator.SetQuota(role, quota);
                AllocateEverywhere();
                break;
            case PoolEvent.WeightUpdated(var role, var weight):
                weights[role] = weight;
                Allocator.SetWeight(role, weight);
                AllocateEverywhere();
                break;
            case PoolEvent.AgentAdmitted admitted:
                Admit(admitted);
                break;
            case PoolEvent.AgentBound bound:
                agentPrincipals[bound.AgentId] = bound.Principal;
                break;
            case PoolEvent.AgentConnected connected:
                Counters.AgentsReconnected += agents[connected.AgentId].Version.Length > 0 ? 1 : 0;
                Connect(agents[connected.AgentId], connected);
                break;
            case PoolEvent.AgentDisconnected disconnected:
                Disconnect(agents[disconnected.AgentId]);
                break;
            case PoolEvent.AgentPinged pinged:
                SetLastPing(agents[pinged.AgentId], pinged.Since);
                agents[pinged.AgentId].UnansweredPings++;
                agents[pinged.AgentId].Pings++;
                break;
            case PoolEvent.AgentPonged ponged:
                agents[ponged.AgentId].UnansweredPings = 0;
                break;
            case PoolEvent.AgentBecameUnreachable lost:
                Remove(lost.AgentId);
                unreachableAgents[lost.AgentId] = lost.Time;
                Counters.AgentsUnreachable++;
                ForgetOldestUnreachable();
                break;
            case PoolEvent.AgentRemoved gone:
                var takenDown = agents.TryGetValue(gone.AgentId, out var known) && IsDown(known.Info.Hostname, known.Address);
                Remove(gone.AgentId);
                unreachableAgents.Remove(gone.AgentId);
                converted.Remove(gone.AgentId);
                deactivations.Remove(gone.AgentId);
                agentPrincipals.Remove(gone.AgentId);
                tasksAway.Remove(gone.AgentId);
                removedAgents[gone.AgentId] = gone.ByOperator;
                Counters.AgentsRemovedByOperators += gone.ByOperator ? 1 : 0;
                Counters.AgentsTakenDown += takenDown && !gone.ByOperator ? 1 : 0;
                Counters.AgentsReplaced += takenDown || gone.ByOperator ? 0 : 1;
                ForgetOldest(removedAgents, Settings.LostAgentsKept);
                break;
            case PoolEvent.ExecutorAdded added:
                Add(added);
                break;
            case PoolEvent.ExecutorRemoved removed:
                Remove(removed);
                break;
            case PoolEvent.TaskAdded added:
                Add(added.Task);
                break;
            case PoolEvent.TaskUpdated updated:
                Update(updated);
                break;
            case PoolEvent.TaskRemoved removed:
                Remove(frameworks[removed.FrameworkId], removed.TaskId);
                break;
            case PoolEvent.TaskRecalled recalled:
                frameworks[recalled.FrameworkId].LiveTasks[recalled.TaskId].IsRecalled = true;
                break;
            case PoolEvent.KillPostponed kill:
                agents[kill.AgentId].PostponedKills[(kill.FrameworkId, kill.TaskId)] = kill.Policy;
                break;
            case PoolEvent.OfferMade made:
                Add(made.Offer);
                break;
            case PoolEvent.OfferEnded ended:
                End(ended.OfferId);
                break;
            case PoolEvent.OfferRefused refused:
                Allocator.Refuse(refused.FrameworkId, refused.Role, refused.AgentId, refused.Resources, refused.Until);
                Counters.OffersRefused++;
                break;
            case PoolEvent.AgentDeactivated deactivated:
                Apply(deactivated);
                break;
            case PoolEvent.AgentReactivated reactivated:
                Apply(reactivated);
                break;
            case PoolEvent.MaintenanceScheduled scheduled:
                Apply(scheduled);
                break;
            case PoolEvent.MachineWentDown(var machine):
                downMachines[Machine.Of(machine)] = machine;
                break;
            case PoolEvent.MachineCameUp(var machine):
                downMachines.Remove(Machine.Of(machine));
                break;
            case PoolEvent.InverseOfferMade made:
                Apply(made);
                break;
            case PoolEvent.InverseOfferAnswered answered:
                Apply(answered);
                break;
            case PoolEvent.InverseOfferEnded ended:
                EndInverse(ended.OfferId);
                break;
            case PoolEvent.AgentConverted changed:
                Apply(changed);
                break;
            case PoolEvent.OperationAdded added:
                Apply(added);
                break;
            case PoolEvent.OperationEnded ended:
                Apply(ended);
                break;
            case PoolEvent.OperationTold told:
                Apply(told);
                break;
            case PoolEvent.OperationReversalPostponed postponed:
                operations[postponed.Uuid].IsToBeReversed = true;
                break;
            case PoolEvent.OperationReversed reversed:
                Apply(reversed);
                break;
            case PoolEvent.OperationAcknowledged acknowledged:
                Apply(acknowledged);
                break;
            case PoolEvent.OperationRemoved removed:
                RemoveOperation(removed.Uuid);
                break;
            case PoolEvent.Reconciled reconciled:
                (frameworks[reconciled.FrameworkId].ReconciliationsLeft, frameworks[reconciled.FrameworkId].LastReconciliation) =
                    (reconciled.Left, reconciled.Time);
                break;
            case PoolEvent.OffersExpired expired:
                OldestOffer = expired.OldestLeft;
                break;
            case PoolEvent.BatchAllocated batch:
                LastBatch = batch.Since;
                Counters.BatchAllocations++;
                AllocateEverywhere();
                break;
            case PoolEvent.WallClockMoved moved:
                WallOffset = moved.Offset;
                break;
            case PoolEvent.AgentsAllocated:
                allocations.Took();
                break;
            default:
                throw new InvalidOperationException($"No rule applies {happened.GetType().Name}");
        }
    }

    private void AllocateEverywhere() => allocations.AddAll(AllocationSeed);

    private void Take(PooledFramework framework, FrameworkInfo info)
    {
        framework.Take(info);
        framework.Suppressed.IntersectWith(framework.Roles);
        Allocator.SetFramework(framework.Id, framework.Roles, framework.IsConnected, framework.Traits);
        AllocateEverywhere();
    }

    private void Connect(PooledFramework framework, string streamId, DateTimeOffset time)
    {
        if (framework.StreamId is { } old)
            frameworkOfStream.Remove(old);
        framework.StreamId = streamId;
        framework.IsRecovered = false;
        framework.RegisteredTime ??= time;
        framework.ReregisteredTime = time;
        framework.Suppressed.Clear();
        Allocator.SetFrameworkActive(framework.Id, true);
        Allocator.Revive(framework.Id, []);
        frameworkOfStream[streamId] = framework.Id;
        AllocateEverywhere();
    }

    private void Disconnect(PooledFramework framework, DateTimeOffset time)
    {
        if (framework.StreamId is { } old)
            frameworkOfStream.Remove(old);
        framework.StreamId = null;
        framework.DisconnectedTime = time;
        Allocator.SetFrameworkActive(framework.Id, false);
        Allocator.ForgetRefusals(framework.Id, []);
    }

    private void Remove(PooledFramework framework, DateTimeOffset time)
    {
        foreach (var task in framework.LiveTasks.Keys.ToList())
            Remove(framework, task);
        Disconnect(framework, framework.DisconnectedTime);
        framework.IsRecovered = false;
        framework.UnregisteredTime = time;
        frameworks.Remove(framework.Id);
        Allocator.RemoveFramework(framework.Id);
        ForgetAnswersOf(framework.Id);
        completedFrameworks[framework.Id] = framework;
        ForgetOldest(completedFrameworks, Settings.CompletedFrameworksKept);
    }

    private void Admit(PoolEvent.AgentAdmitted admitted)
    {
        var id = admitted.Info.Id.Value;
        Counters.AgentsAdmitted++;
        recoveredAgents.Remove(id);
        unreachableAgents.Remove(id);
        tasksAway.Remove(id);
        if (agents.GetValueOrDefault(id) is { } before)
        {
            agentAddresses.Remove(id, before.Info);
            pings.Remove((before.LastPing, id));
        }

        agents[id] = new PooledAgent(id, admitted.Info, Amounts.Of(admitted.Info.Resources), admitted.Time);
        allocations.Join(id);
        SetLastPing(agents[id], DateTimeOffset.MinValue);
        agentAddresses.Add(id, admitted.Info);
        Allocator.AddAgent(id, agents[id].Total, isActive: false, AgentTraits.Of(admitted.Info));
        SetTotal(agents[id]);
        if (id == NextAgentId)
            nextAgent++;
    }

    private void Connect(PooledAgent agent, PoolEvent.AgentConnected connected)
    {
        if (agent.StreamId is { } old)
            agentOfStream.Remove(old);
        agent.StreamId = connected.StreamId;
        agentAddresses.Remove(agent.Id, agent.Info);
        agent.Info = connected.Info;
        agentAddresses.Add(agent.Id, agent.Info);
        SetTotal(agent);
        Allocator.SetAgentActive(agent.Id, !deactivations.ContainsKey(agent.Id));
        agent.Version = connected.Version;
        agentOfWorkDirectory.Remove(agent.WorkDirectoryId);
        agent.WorkDirectoryId = connected.WorkDirectoryId;
        if (agent.WorkDirectoryId.Length > 0)
            agentOfWorkDirectory[agent.WorkDirectoryId] = agent.Id;
        agent.Address = connected.Address;
        agent.UnansweredPings = 0;
        // The first ping goes out with the next tick, so that an agent has exactly its number of pings.
        SetLastPing(agent, DateTimeOffset.MinValue);
        if (connected.Time != agent.RegisteredTime)
            agent.ReregisteredTime = connected.Time;
        agent.PostponedKills.Clear();
        // The kill may have been lost with the stream before.
        foreach (var task in agent.LiveTasks.Values)
            task.IsRecalled = false;
        agentOfStream[connected.StreamId] = agent.Id;
        allocations.Add(agent.Id);
    }

    private void Disconnect(PooledAgent agent)
    {
        if (agent.StreamId is { } old)
            agentOfStream.Remove(old);
        agent.StreamId = null;
        Allocator.SetAgentActive(agent.Id, false);
    }

    /// <summary>Its tasks go to their frameworks' lists of unreachable tasks, or to history when they ended.</summary>
    private void Remove(string agentId)
    {
        recoveredAgents.Remove(agentId);
        allocations.Leave(agentId);
        if (!agents.Remove(agentId, out var agent))
            return;
        Disconnect(agent);
        pings.Remove((agent.LastPing, agentId));
        agentAddresses.Remove(agentId, agent.Info);
        if (agentOfWorkDirectory.GetValueOrDefault(agent.WorkDirectoryId) == agentId)
            agentOfWorkDirectory.Remove(agent.WorkDirectoryId);
        Allocator.RemoveAgent(agentId);
        foreach (var offer in agent.OutstandingOffers.Values)
        {
            offers.Remove(offer.Id);
            frameworks[offer.FrameworkId].OutstandingOffers.Remove(offer.Id);
        }

        foreach (var offer in agent.InverseOffers.Values)
        {
            inverseOffers.Remove(offer.Id);
            frameworks[offer.FrameworkId].InverseOffers.Remove(offer.Id);
        }

        var away = new List<(string FrameworkId, string TaskId)>();
        foreach (var executor in agent.LiveExecutors.Values)
            frameworks[executor.FrameworkId].LiveExecutors.Remove((agentId, executor.Id));
        foreach (var task in agent.LiveTasks.Values)
        {
            var framework = frameworks[task.FrameworkId];
            framework.LiveTasks.Remove(task.Id);
            if (TaskStates.IsTerminal(task.Record.State))
            {
                Complete(framework, task.Record);
                continue;
            }

            framework.Unreachable[task.Id] = task.Record;
            ForgetOldest(framework.Unreachable, Settings.UnreachableTasksKept);
            away.Add((framework.Id, task.Id));
        }

        if (away.Count > 0)
            tasksAway[agentId] = away;
        ForgetOldest(tasksAway, Settings.LostAgentsKept);
    }

    private void ForgetOldestUnreachable()
    {
        while (unreachableAgents.Count > Settings.LostAgentsKept)
        {
            converted.Remove(unreachableAgents.GetAt(0).Key);
            deactivations.Remove(unreachableAgents.GetAt(0).Key);
            agentPrincipals.Remove(unreachableAgents.GetAt(0).Key);
            unreachableAgents.RemoveAt(0);
        }
    }

    private static void ForgetOldest<T>(OrderedDictionary<string, T> history, int kept)
    {
        while (history.Count > kept)
            history.RemoveAt(0);
    }
}
