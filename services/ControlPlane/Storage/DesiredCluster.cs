using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DataPlatform.Operators.Sdk.Clusters;

namespace DataPlatform.Services.ControlPlane.Storage;

/// <summary>What a person asked for; how it is reached is the scheduler's business.</summary>
/// <param name="Id">Unique for ever; a name may be used again after deletion.</param>
/// <param name="Options">Of the target that is wanted now.</param>
/// <param name="DeleteRequestedAt">When somebody, or the end of the lifetime, asked for its deletion.</param>
/// <param name="DeletedAt">When the scheduler had nothing left of it.</param>
public sealed record DesiredCluster(
    string Id, string Name, string Package, string Version, string Owner, JsonObject Options, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt,
    DateTimeOffset? DeleteRequestedAt = null, string? DeleteReason = null, DateTimeOffset? DeletedAt = null)
{
    /// <summary>The number of the target; from 1, one more with each change of the options.</summary>
    public int Target { get; init; } = 1;

    public DateTimeOffset TargetAt { get; init; } = CreatedAt;

    /// <summary>Targets before this one, oldest first.</summary>
    public IReadOnlyList<EarlierTarget> Earlier { get; init; } = [];

    public ClusterAim Aim { get; init; } = new();

    /// <summary>Names of other clusters that it needs, beside those that its options name.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>The name of the blueprint that it belongs to; null for a cluster on its own.</summary>
    public string? Blueprint { get; init; }

    public WantedCluster ToWanted() => new(Id, Name, Owner, Options.DeepClone().AsObject(), CreatedAt)
    {
        Target = Target, TargetAt = TargetAt, Earlier = Earlier.ToDictionary(earlier => earlier.Number, earlier => earlier.Options),
        Needs = Needs, Goal = Aim.IsParked ? ClusterGoal.Park : ClusterGoal.Run, Restarts = Aim.Restarts, Rotations = Aim.Rotations, Retries = Aim.Retries, Operations = Aim.Operations ?? [], Replacements = Aim.Replacements ?? new Dictionary<string, int>(0), IsPaused = Aim.IsPaused, Forced = Aim.Forced, Skipped = Aim.Skipped,
    };
}

/// <summary>What people want of a cluster beside its options.</summary>
public sealed record ClusterAim
{
    /// <summary>It is wanted to hold nothing but what it keeps.</summary>
    public bool IsParked { get; init; }

    /// <summary>How many restarts were asked for.</summary>
    public int Restarts { get; init; }

    /// <summary>How many times other secrets were asked for.</summary>
    public int Rotations { get; init; }

    /// <summary>How many times what has failed was asked to be tried again.</summary>
    public int Retries { get; init; }

    /// <summary>How many times a pod was asked to begin anew elsewhere, without its data, by the pod's name; null when none was. An aim is compared by its text, which is to stay that of before this was there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, int>? Replacements { get; init; }

    /// <summary>What it was asked to do, oldest first; null when nothing was. Compared by its text as well.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<WantedOperation>? Operations { get; init; }

    /// <summary>No further step of a plan is to be begun.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Pods whose steps are to be begun whatever stands before them, until the target changes.</summary>
    public IReadOnlyList<string> Forced { get; init; } = [];

    /// <summary>Pods whose steps are left out, until the target changes.</summary>
    public IReadOnlyList<string> Skipped { get; init; } = [];
}

/// <param name="At">Since when it was wanted.</param>
public sealed record EarlierTarget(int Number, JsonObject Options, DateTimeOffset At);
