using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>Words between a framework and its executors, and how these end.</summary>
internal static class ExecutorLife
{
    /// <summary>MESSAGE of a scheduler: as good as the streams are, like everywhere in this API; nothing is kept for later.</summary>
    public static void Message(PoolState state, Decision decision, PooledFramework framework, SchedulerCall.Types.Message message)
    {
        if (state.Agents.TryGetValue(message.AgentId.Value, out var agent))
            decision.Tell(agent, AgentEvents.ExecutorMessage(framework.Id, message.ExecutorId, message.Data));
    }

    /// <summary>SHUTDOWN of a scheduler: the executor ends its tasks and itself.</summary>
    public static void Shutdown(PoolState state, Decision decision, PooledFramework framework, SchedulerCall.Types.Shutdown shutdown)
    {
        if (state.Agents.TryGetValue(shutdown.AgentId.Value, out var agent))
            decision.Tell(agent, AgentEvents.ShutdownExecutor(framework.Id, shutdown.ExecutorId));
    }

    /// <summary>A task by itself has an executor of its own id, which is not listed: what it says is passed on while the task is there.</summary>
    public static void MessageOfExecutor(PoolState state, Decision decision, PooledAgent agent, AgentCall.Types.ExecutorMessage message)
    {
        if (!state.Frameworks.TryGetValue(message.FrameworkId.Value, out var framework)
            || !(agent.Executors.ContainsKey((framework.Id, message.ExecutorId.Value)) || agent.Tasks.ContainsKey((framework.Id, message.ExecutorId.Value))))
            return;
        decision.Tell(framework, new SchedulerEvent
        {
            Type = SchedulerEvent.Types.Type.Message,
            Message = new SchedulerEvent.Types.Message { AgentId = agent.Info.Id, ExecutorId = message.ExecutorId, Data = message.Data },
        });
    }

    public static void Ended(PoolState state, Decision decision, PooledAgent agent, AgentCall.Types.ExecutorEnded ended)
    {
        if (!state.Frameworks.TryGetValue(ended.FrameworkId.Value, out var framework)
            || !agent.Executors.TryGetValue((framework.Id, ended.ExecutorId.Value), out var executor))
            return;
        // An answer to a ping may come so late that another of that id is there by now.
        if (ended.HasPing && executor.AddedAfterPing >= ended.Ping)
            return;
        decision.Happened(new PoolEvent.ExecutorRemoved(framework.Id, agent.Id, ended.ExecutorId.Value));
        decision.Tell(framework, new SchedulerEvent
        {
            Type = SchedulerEvent.Types.Type.Failure,
            Failure = new SchedulerEvent.Types.Failure { AgentId = agent.Info.Id, ExecutorId = ended.ExecutorId, Status = ended.Status },
        });
    }

    /// <summary>Goes by what the agent that registers brings.</summary>
    public static void Match(PoolState state, Decision decision, PooledAgent? known, string agentId, AgentCall.Types.Register registration)
    {
        var brought = registration.Executors.Where(executor => !state.CompletedFrameworks.ContainsKey(executor.FrameworkId.Value))
            .ToDictionary(executor => (executor.FrameworkId.Value, executor.ExecutorId.Value));
        foreach (var executor in known?.ExecutorsInOrder ?? [])
        {
            if (!brought.ContainsKey((executor.FrameworkId, executor.Id)))
                decision.Happened(new PoolEvent.ExecutorRemoved(executor.FrameworkId, agentId, executor.Id));
        }

        foreach (var (key, executor) in brought.OrderBy(pair => pair.Key.Item1, StringComparer.Ordinal).ThenBy(pair => pair.Key.Item2, StringComparer.Ordinal))
        {
            if (known?.Executors.ContainsKey(key) is not true)
                decision.Happened(new PoolEvent.ExecutorAdded(key.Item1, agentId, executor));
        }
    }
}
