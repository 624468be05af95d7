using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>KILL: the agent is asked; whoever kills what is not there learns where it is.</summary>
internal static class Killing
{
    public static void Decide(
        PoolState state, Decision decision, PooledFramework framework, SchedulerCall.Types.Kill kill, DateTimeOffset now)
    {
        if (!framework.Tasks.TryGetValue(kill.TaskId.Value, out var task))
        {
            Reconciling.One(state, decision, framework, kill.TaskId, kill.AgentId, now);
            return;
        }

        if (kill.AgentId is { } named && named.Value != task.AgentId)
            return;
        var agent = state.Agents[task.AgentId];
        if (agent.IsConnected)
            decision.Tell(agent, AgentEvents.KillTask(framework.Id, task.Id, kill.KillPolicy));
        else
            decision.Happened(new PoolEvent.KillPostponed(agent.Id, framework.Id, task.Id, kill.KillPolicy));
    }
}
