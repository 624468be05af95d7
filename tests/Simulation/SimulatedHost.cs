using DataPlatform.Core.Resources;
using DataPlatform.Services.Agent.Decisions;

namespace DataPlatform.Simulation.Tests;

/// <summary>A host's processes and disk: what is left when the agent on it crashes.</summary>
internal sealed class SimulatedHost(int number, ResourceBag total, SimulatedCluster cluster)
{
    private readonly SortedDictionary<string, SimulatedProcess> processes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SimulatedCheckpoint> checkpoints = new(StringComparer.Ordinal);
    private int pids;

    public ResourceBag Total => total;

    public string AgentId { get; set; } = "";

    public SimulatedVolumeDisk Disk { get; } = new();

    public string WorkDirectoryId { get; } = $"work-directory-{number}";

    public IEnumerable<SimulatedProcess> Alive => processes.Values.Where(process => !process.HasEnded);

    public IEnumerable<SimulatedExecutor> Executors => Alive.Select(process => process.Executor).OfType<SimulatedExecutor>();

    public SimulatedProcess? Process(string containerId) => processes.GetValueOrDefault(containerId);

    public SimulatedCheckpoint? Checkpoint(string containerId) => checkpoints.GetValueOrDefault(containerId);

    public void WriteRun(TaskRun run) => checkpoints[run.ContainerId] = new SimulatedCheckpoint(run);

    public SimulatedProcess Start(TaskRun run)
    {
        if (run.ProgramOf is null)
            cluster.Invariants.Started($"{run.Key.FrameworkId}/{run.Key.TaskId}", AgentId);
        var process = new SimulatedProcess(run, ++pids, cluster.Steady, cluster.Chance.Next(4) != 0);
        processes.Add(run.ContainerId, process);
        if (run.ProgramOf is not null)
            process.Executor = new SimulatedExecutor(run, process, cluster);
        UseVolumes(run);
        cluster.Invariants.Data.Started(process);
        cluster.Invariants.Operations.Started(process);
        CheckHeld();
        return process;
    }

    public void CheckHeld() => cluster.Invariants.HostHolds(number, total, Alive);

    /// <summary>What a task finds in its volume is what an earlier one of the same life of it has written, or nothing.</summary>
    private void UseVolumes(TaskRun run)
    {
        foreach (var (kind, _) in run.Task.Resources.ToBag().Where(static entry => entry.Kind.IsPersistentVolume))
        {
            // Volumes of pods have ids that are never used again.
            var life = VolumeKinds.LifeOf(run.Task) ?? kind.Disk!.Persistence!.Id;
            cluster.Invariants.Found(life, Disk.WrittenBy(kind));
            Disk.Write(kind, life);
        }
    }

    public void Forget(string containerId)
    {
        if (processes.GetValueOrDefault(containerId) is { HasEnded: false } process)
            cluster.Invariants.Fail($"host {number}: the agent forgets {process.Task}, which runs");
        checkpoints.Remove(containerId);
        processes.Remove(containerId);
    }

    /// <summary>Every task makes its way, watched or not.</summary>
    public void Work(Random chance)
    {
        foreach (var process in Alive.ToList())
        {
            if (process.IsAskedToEnd && process.MindsSignals)
                process.End = new TaskEnd.Status(143);
            else if (process.IsService ? !cluster.Network.IsGood && chance.Next(2000) == 0 : process is { Executor: null, IsAskedToEnd: false } && chance.Next(8) == 0)
                process.End = new TaskEnd.Status(chance.Next(10) == 0 ? 1 : 0);
        }
    }

    public void LoseUnsynced()
    {
        foreach (var checkpoint in checkpoints.Values)
            checkpoint.LoseWaiting();
    }

    public void LosePower()
    {
        LoseUnsynced();
        foreach (var process in Alive.ToList())
            process.End = new TaskEnd.Unknown();
    }

    public IReadOnlyList<RecoveredRun> ReadRuns() =>
        [.. checkpoints.Select(each => each.Value.Read(processes.GetValueOrDefault(each.Key), cluster.Steady))];
}
