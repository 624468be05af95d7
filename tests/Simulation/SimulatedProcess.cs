using DataPlatform.Core.Resources;
using DataPlatform.Services.Agent.Decisions;

namespace DataPlatform.Simulation.Tests;

/// <summary>What runs on a host for a task. Lives and dies without its agent.</summary>
internal sealed class SimulatedProcess(TaskRun run, int pid, TimeSpan startedAt, bool minds)
{
    private readonly ResourceBag own = run.Task.Resources.ToBag().Unallocated();

    /// <summary>Of a task of an engine: its cluster's and its own.</summary>
    public string Name { get; } = run.Task.Name;

    /// <summary>It runs until someone ends it.</summary>
    public bool IsService => Name.Contains('/', StringComparison.Ordinal) && !Name.Contains($"/{SimulatedPackage.Operation}-", StringComparison.Ordinal);

    public string Task { get; } = $"{run.Key.FrameworkId}/{run.Key.TaskId}";

    public string ContainerId { get; } = run.ContainerId;

    public string FrameworkId { get; } = run.Key.FrameworkId;

    public IEnumerable<ResourceKind> Volumes => own.Where(static entry => entry.Kind.IsPersistentVolume).Select(static entry => entry.Kind);

    /// <summary>Of a pod whose executor is the agent's; null when there is none.</summary>
    public string? Group { get; } = run.Pod is { HasProgram: false } pod ? pod.GroupId : null;

    /// <summary>Its own, and those of the tasks that it runs.</summary>
    public IEnumerable<ResourceBag> Held => (Executor?.Held ?? []).Prepend(own);

    /// <summary>Null for a task by itself.</summary>
    public SimulatedExecutor? Executor { get; set; }

    public int Pid { get; } = pid;

    public TimeSpan StartedAt { get; } = startedAt;

    /// <summary>Whether it ends when it is asked to.</summary>
    public bool MindsSignals { get; } = minds;

    /// <summary>Nobody is to hear of its end, and the pool has given what it holds to others already.</summary>
    public bool IsUnwanted { get; set; }

    public bool IsAskedToEnd { get; set; }

    /// <summary>When the agent first decided that it is to end.</summary>
    public TimeSpan? KillDecidedAt { get; set; }

    public TaskEnd? End { get; set; }

    public bool HasEnded => End is not null;
}
