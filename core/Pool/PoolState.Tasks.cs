using DataPlatform.Core.Allocation;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>How tasks and offers hold resources of an agent and let them go.</summary>
public sealed partial class PoolState
{
    private readonly Amounts amounts = new();

    private void Add(TaskRecord record)
    {
        var framework = frameworks[record.FrameworkId.Value];
        var agent = agents[record.AgentId.Value];
        var task = new PooledTask(record, amounts.OfNext(record.Resources), RoleOf(record.Resources, framework));
        framework.Unreachable.Remove(task.Id);
        framework.EndedByMaster.Remove(task.Id);
        framework.LiveTasks[task.Id] = task;
        agent.LiveTasks[(framework.Id, task.Id)] = task;
        if (task.HoldsResources)
            Allocator.Give(framework.Id, task.Role, agent.Id, task.Resources);
        Counters.TasksLaunched++;
    }

    private void Add(PoolEvent.ExecutorAdded added)
    {
        var executor = new PooledExecutor(added.FrameworkId, added.AgentId, RoleOf(added.Info.Resources, frameworks[added.FrameworkId]), added.Info, agents[added.AgentId].Pings);
        agents[added.AgentId].LiveExecutors[(executor.FrameworkId, executor.Id)] = executor;
        frameworks[added.FrameworkId].LiveExecutors[(executor.AgentId, executor.Id)] = executor;
        Allocator.Give(executor.FrameworkId, executor.Role, executor.AgentId, executor.Resources);
    }

    private void Remove(PoolEvent.ExecutorRemoved removed)
    {
        if (!agents.TryGetValue(removed.AgentId, out var agent)
            || !agent.LiveExecutors.Remove((removed.FrameworkId, removed.ExecutorId), out var executor))
            return;
        frameworks[removed.FrameworkId].LiveExecutors.Remove((removed.AgentId, removed.ExecutorId));
        if (!executor.Resources.IsEmpty)
            Allocator.Recover(executor.FrameworkId, executor.Role, executor.AgentId, executor.Resources);
        allocations.Add(agent.Id);
    }

    private static string RoleOf(IEnumerable<Resource> resources, PooledFramework framework) =>
        resources.Select(resource => resource.AllocationInfo?.Role).FirstOrDefault(role => role is not null)
        ?? (framework.Roles.Count > 0 ? framework.Roles[0] : "*");

    private void Update(PoolEvent.TaskUpdated updated)
    {
        var status = updated.Status;
        var framework = frameworks[updated.FrameworkId];
        if (framework.LiveTasks.TryGetValue(status.TaskId.Value, out var task))
            task.Take(With(task.Record, updated));
        else if (framework.Unreachable.TryGetValue(status.TaskId.Value, out var away))
            framework.Unreachable[status.TaskId.Value] = With(away, updated);
        else
            return;
        Counters.StatusUpdates++;
        if (task is not null && TaskStates.IsTerminal(task.Record.State))
        {
            if (task.HoldsResources)
                CountEnd(status);
            Free(task);
        }
    }

    private void CountEnd(TaskReport status)
    {
        var reason = (status.State.ToString(), status.Source.ToString(), status.Reason.ToString());
        Counters.TaskReasons[reason] = Counters.TaskReasons.GetValueOrDefault(reason) + 1;
    }

    private static TaskRecord With(TaskRecord before, PoolEvent.TaskUpdated updated)
    {
        var status = updated.Status;
        // An older update that comes late must not hide the end that waits for its acknowledgement.
        if (before.HasStatusUpdateState && TaskStates.IsTerminal(before.StatusUpdateState) && !TaskStates.IsTerminal(status.State))
            return before;
        var record = before.Copy();
        // What has ended stays ended, whatever late news says; and of one update an earlier copy knows less than a later one.
        var isEarlierCopy = updated.Latest == status.State && status.HasUuid && status.Uuid.Equals(before.StatusUpdateUuid);
        if (!TaskStates.IsTerminal(record.State) && !isEarlierCopy)
            record.State = updated.Latest;
        if (record.Statuses.Count > 0 && record.Statuses[^1].State == status.State)
            record.Statuses.RemoveAt(record.Statuses.Count - 1);
        record.Statuses.Add(WithoutData(status));
        if (status.HasUuid)
        {
            record.StatusUpdateState = status.State;
            record.StatusUpdateUuid = status.Uuid;
        }

        return record;
    }

    private void Remove(PooledFramework framework, string taskId)
    {
        if (!framework.LiveTasks.Remove(taskId, out var task))
        {
            if (framework.Unreachable.Remove(taskId, out var away))
                Complete(framework, away);
            return;
        }

        Free(task);
        agents.GetValueOrDefault(task.AgentId)?.LiveTasks.Remove((framework.Id, taskId));
        Complete(framework, task.Record);
    }

    private void Free(PooledTask task)
    {
        if (!task.HoldsResources)
            return;
        task.HoldsResources = false;
        Allocator.Recover(task.FrameworkId, task.Role, task.AgentId, task.Resources);
        if (agents.ContainsKey(task.AgentId))
            allocations.Add(task.AgentId);
    }

    private void Complete(PooledFramework framework, TaskRecord record)
    {
        framework.Completed.Enqueue(record);
        while (framework.Completed.Count > Settings.CompletedTasksKept)
            framework.Completed.Dequeue();
        if (TaskStates.IsTerminal(record.State) && record.Statuses.Count > 0 && !record.Statuses[^1].HasUuid)
        {
            framework.EndedByMaster[record.TaskId.Value] = record;
            ForgetOldest(framework.EndedByMaster, Settings.CompletedTasksKept);
        }

        var state = record.State.ToString();
        Counters.TasksEnded[state] = Counters.TasksEnded.GetValueOrDefault(state) + 1;
    }

    private void Add(PooledOffer offer)
    {
        nextOffer++;
        offers[offer.Id] = offer;
        if (offer.Made < OldestOffer)
            OldestOffer = offer.Made;
        agents[offer.AgentId].OutstandingOffers[offer.Id] = offer;
        frameworks[offer.FrameworkId].OutstandingOffers[offer.Id] = offer;
        Allocator.Accept(Held(offer));
        Counters.OffersMade++;
    }

    private void End(string offerId)
    {
        if (!offers.Remove(offerId, out var offer))
            return;
        agents[offer.AgentId].OutstandingOffers.Remove(offerId);
        frameworks[offer.FrameworkId].OutstandingOffers.Remove(offerId);
        Allocator.Recover(offer.FrameworkId, offer.Role, offer.AgentId, offer.Resources);
        allocations.Add(offer.AgentId);
    }

    private static OfferedResources Held(PooledOffer offer) => new(offer.FrameworkId, offer.Role, offer.AgentId, offer.Resources);

    /// <summary>What a status carries for the framework alone need not be kept.</summary>
    private static TaskReport WithoutData(TaskReport status)
    {
        if (!status.HasData)
            return status;
        var kept = status.Clone();
        kept.ClearData();
        return kept;
    }
}
