using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>ACKNOWLEDGE: passed on to the agent; the acknowledged end of a task is the end of the pool's interest in it.</summary>
internal static class Acknowledging
{
    public static void Decide(
        PoolState state, Decision decision, PooledFramework framework, SchedulerCall.Types.Acknowledge acknowledge)
    {
        // The agent sends the update again when it is back, and is acknowledged then.
        if (!state.Agents.TryGetValue(acknowledge.AgentId.Value, out var agent) || !agent.IsConnected)
            return;
        if (framework.Tasks.TryGetValue(acknowledge.TaskId.Value, out var task))
        {
            if (task.AgentId != agent.Id)
                return;
            var record = task.Record;
            if (record.HasStatusUpdateState && TaskStates.IsTerminal(record.StatusUpdateState)
                && record.StatusUpdateUuid.Equals(acknowledge.Uuid))
                decision.Happened(new PoolEvent.TaskRemoved(framework.Id, task.Id));
        }

        decision.Tell(agent, AgentEvents.Acknowledge(framework.Id, acknowledge.TaskId, acknowledge.Uuid));
    }
}
