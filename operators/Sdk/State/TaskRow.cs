using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.State;

/// <summary>One launch of one task, from the intent (stored before the master hears of it) to its end.</summary>
/// <param name="Pod">The pod's instance, such as <c>worker-0</c>.</param>
/// <param name="Dependencies">What its command names, with what it was when the command was made: tasks of peers, connections of other clusters.</param>
/// <param name="State">Mesos's name of the state; <c>TASK_STAGING</c> until the master says something.</param>
public sealed record TaskRow(
    string TaskId, string Pod, string Name, string AgentId, string Host, string? AgentUrl, TaskResources Resources,
    IReadOnlyDictionary<string, int> Ports, IReadOnlyDictionary<string, string> Dependencies, DateTimeOffset LaunchedAt)
{
    /// <summary>Larger than that of every launch before it, whatever the clock says: that may have been set back.</summary>
    public long Number { get; init; }

    /// <summary>The target whose configuration it has.</summary>
    public int Target { get; init; } = 1;

    /// <summary>How many restarts had been asked for when it was launched.</summary>
    public int Restarts { get; init; }

    /// <summary>How many times other secrets had been asked for when it was launched: it knows those of then.</summary>
    public int Rotations { get; init; }

    public string State { get; init; } = "TASK_STAGING";

    public string? Message { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it served for the first time.</summary>
    public DateTimeOffset? ReadyAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Since when its host has been out of the master's reach.</summary>
    public DateTimeOffset? UnreachableSince { get; init; }

    /// <summary>Why the scheduler itself ended it; null when it did not.</summary>
    public string? KillReason { get; init; }

    /// <summary>Its end counts against the engine, not against a host or a decision of the scheduler.</summary>
    public bool Failed { get; init; }

    /// <summary>It is an operation's, which is done once.</summary>
    public bool IsOperation { get; init; }

    public bool Living => EndedAt is null;
}
