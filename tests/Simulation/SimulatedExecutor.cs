using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using DataPlatform.Services.Agent.Decisions;
using Google.Protobuf;
using EventType = DataPlatform.Core.Protocol.Mesos.ExecutorEvent.Types.Type;

namespace DataPlatform.Simulation.Tests;

/// <summary>A program of a framework's that runs tasks on a host. It outlives its agent, and subscribes again to the next one.</summary>
internal sealed class SimulatedExecutor(TaskRun program, SimulatedProcess process, SimulatedCluster cluster)
{
    private readonly SortedDictionary<string, TaskInfo> running = new(StringComparer.Ordinal);
    private readonly List<TaskInfo> unacknowledged = [];
    private readonly List<TaskReport> updates = [];
    private string? stream;

    public ExecutorKey Key { get; } = program.ProgramOf!.Key;

    public string ContainerId => program.ContainerId;

    /// <summary>By its tasks.</summary>
    public IEnumerable<ResourceBag> Held => running.Values.Select(task => task.Resources.ToBag().Unallocated());

    public void Step(SimulatedAgent agent, SimulatedHost host, Random chance)
    {
        if (process.HasEnded)
            return;
        if (stream is null || !agent.Executors.TryReceive(stream, out var received))
        {
            stream = null;
            if (chance.Next(3) == 0)
                Subscribe(agent, chance);
            return;
        }

        if (received is not null)
            Take(received, agent, host);
        foreach (var task in running.Keys.Where(_ => chance.Next(8) == 0).ToList())
            End(task, chance.Next(10) == 0 ? TaskState.TaskFailed : TaskState.TaskFinished, agent);
        if (chance.Next(200) == 0)
            process.End = new TaskEnd.Status(1);
    }

    private void Subscribe(SimulatedAgent agent, Random chance)
    {
        if (agent.TrySubscribe(this, [.. unacknowledged.Select(task => task.Clone())], [.. updates.Select(update => update.Clone())]) is { } opened)
            stream = opened;
        else if (chance.Next(10) == 0)
            process.End = new TaskEnd.Status(1);
    }

    private void Take(ExecutorEvent received, SimulatedAgent agent, SimulatedHost host)
    {
        switch (received.Type)
        {
            case EventType.Launch:
                Launch(received.Launch.Task, agent, host);
                break;
            case EventType.LaunchGroup:
                foreach (var task in received.LaunchGroup.TaskGroup.Tasks)
                    Launch(task, agent, host);
                break;
            case EventType.Kill when running.ContainsKey(received.Kill.TaskId.Value):
                End(received.Kill.TaskId.Value, TaskState.TaskKilled, agent);
                break;
            case EventType.Acknowledged:
                unacknowledged.RemoveAll(task => task.TaskId.Value == received.Acknowledged.TaskId.Value);
                updates.RemoveAll(update => update.Uuid == received.Acknowledged.Uuid);
                break;
            case EventType.Shutdown:
                process.End = new TaskEnd.Status(0);
                break;
            default:
                break;
        }
    }

    private void Launch(TaskInfo task, SimulatedAgent agent, SimulatedHost host)
    {
        cluster.Invariants.Started($"{Key.FrameworkId}/{task.TaskId.Value}", host.AgentId);
        running.Add(task.TaskId.Value, task);
        unacknowledged.Add(task);
        host.CheckHeld();
        Tell(task.TaskId, TaskState.TaskRunning, agent);
    }

    private void End(string task, TaskState state, SimulatedAgent agent)
    {
        if (running.Remove(task, out var ended))
            Tell(ended.TaskId, state, agent);
    }

    private void Tell(TaskID task, TaskState state, SimulatedAgent agent)
    {
        var update = new TaskReport { TaskId = task, State = state, Uuid = ByteString.CopyFrom(cluster.NewUuid().ToByteArray()) };
        updates.Add(update);
        agent.Take(this, update.Clone());
    }
}
