using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using Google.Protobuf;

namespace DataPlatform.Simulation.Tests;

/// <summary>What an agent's disk holds of one run. What is appended is gone with a crash until it was flushed.</summary>
internal sealed class SimulatedCheckpoint(TaskRun run)
{
    private readonly List<TaskReport> statuses = [];
    private readonly HashSet<ByteString> acknowledged = [];
    private readonly List<Action> waiting = [];
    private KillIntent? intent;
    private TimeSpan? deadline;
    private bool wasDelivered;

    public void AppendDelivery() => waiting.Add(() => wasDelivered = true);

    public void Append(TaskReport status) => waiting.Add(() => statuses.Add(status.Clone()));

    public void Append(ByteString uuid) => waiting.Add(() => acknowledged.Add(uuid));

    /// <param name="process">Null when there is none. Only what is remembered makes it unwanted: an agent that crashes before goes on with it.</param>
    public void Append(KillIntent kill, TimeSpan? at, SimulatedProcess? process) => waiting.Add(() =>
    {
        (intent, deadline) = (kill, at ?? deadline);
        if (kill == KillIntent.Silent && process is not null)
            process.IsUnwanted = true;
    });

    public void Flush()
    {
        foreach (var append in waiting)
            append();
        waiting.Clear();
    }

    public void LoseWaiting() => waiting.Clear();

    /// <param name="process">Null when the task was never started.</param>
    public RecoveredRun Read(SimulatedProcess? process, TimeSpan now) => new(
        run.Framework.Clone(), run.Task.Clone(), run.ContainerId, [.. statuses], acknowledged.ToHashSet(), intent,
        process is not null || statuses.Count > 0, process is { HasEnded: false } ? process.Pid : null,
        process is null ? TimeSpan.Zero : now - process.StartedAt, deadline is { } at ? at > now ? at - now : TimeSpan.Zero : null)
    {
        Pod = run.Pod, Program = run.ProgramOf?.Info.Clone(), WasDelivered = wasDelivered,
    };
}
