using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;

namespace DataPlatform.Simulation.Tests;

// What the agent and executors say to each other.
internal sealed partial class SimulatedAgent
{
    /// <summary>Those of this process of the agent.</summary>
    public SimulatedStreams<ExecutorEvent> Executors { get; private set; } = new();

    /// <returns>The stream; null when the agent does not know the executor.</returns>
    public string? TrySubscribe(SimulatedExecutor executor, IReadOnlyList<TaskInfo> unacknowledged, IReadOnlyList<TaskReport> updates)
    {
        if (!core.Executors.TryGetValue(executor.Key, out var known) || known.Program.ContainerId != executor.ContainerId)
            return null;
        var opened = cluster.NewStream();
        Executors.Open(opened);
        Take(new AgentInput.ExecutorSubscribed(executor.Key, executor.ContainerId, opened, Self(), unacknowledged, updates));
        return opened;
    }

    public void Take(SimulatedExecutor executor, TaskReport update)
    {
        if (core.Executors.TryGetValue(executor.Key, out var known) && known.HasSubscribed && core.WhyNotUpdate(executor.Key, update.TaskId.Value) is null)
            Take(new AgentInput.ExecutorUpdate(executor.Key, update));
    }

    private void CarryOutOfExecutors(AgentEffect effect)
    {
        switch (effect)
        {
            case AgentEffect.TellExecutor(var to, var news):
                Executors.Send(to, news);
                if (cluster.Sabotage == Sabotage.TellsExecutorsTwice && cluster.Chance.Next(4) == 0)
                    Executors.Send(to, news);
                break;
            case AgentEffect.CloseExecutorStream(var to):
                Executors.End(to);
                break;
            case AgentEffect.ExecutorEnded(var key, var status, var ping):
                var ended = new AgentCall.Types.ExecutorEnded { FrameworkId = new FrameworkID { Value = key.FrameworkId }, ExecutorId = new ExecutorID { Value = key.ExecutorId }, Status = status };
                if (ping is { } number)
                    ended.Ping = number;
                Send(new AgentCall { Type = AgentCall.Types.Type.ExecutorEnded, ExecutorEnded = ended }, mayComeTwice: ping is not null);
                break;
            default:
                break;
        }
    }
}
