namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>One process of a pod.</summary>
/// <param name="Name">Empty in a pod of one task, which then has the pod's name.</param>
/// <param name="Ports">Names of the ports that the host must offer.</param>
/// <param name="Command">Pure; asked again whenever an offer could take the task.</param>
/// <param name="Readiness">Pure; asked when the task is launched, with the context of its command.</param>
public sealed record TaskSpecification(
    string Name, TaskResources Resources, IReadOnlyList<string> Ports, Func<TaskContext, CommandOutcome> Command, Func<TaskContext, ReadinessCheck> Readiness)
{
    /// <summary>Where nothing else is said.</summary>
    public static readonly TimeSpan UsualLookEvery = TimeSpan.FromSeconds(15);

    /// <summary>How it is found out what the task does, as evidence for whether the cluster is idle; null when nothing can be said. Asked as <see cref="Readiness"/> is.</summary>
    public Func<TaskContext, IReadOnlyList<ActivityLook>>? Activity { get; init; }

    /// <summary>How it is found out what the engine says of itself; all its signs are facts. Null when it is not asked. Asked as <see cref="Readiness"/> is.</summary>
    public Func<TaskContext, IReadOnlyList<ActivityLook>>? Facts { get; init; }

    /// <summary>How often its agent looks at what it does and asks for facts.</summary>
    public TimeSpan LookEvery { get; init; } = UsualLookEvery;

    public IReadOnlyList<VolumeSpecification> Volumes { get; init; } = [];

    /// <summary>How long the task may take to end by itself when it is asked to.</summary>
    public TimeSpan KillGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a running task may take to become ready before it counts as failed.</summary>
    public TimeSpan ReadyWithin { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>After so long its agent ends it, which is a failure; null for never.</summary>
    public TimeSpan? EndsWithin { get; init; }

    /// <summary>A task that ended with success is complete and not started again.</summary>
    public bool RunsOnce { get; init; }
}
