using System.Text.Json.Serialization;

namespace DataPlatform.Operators.Sdk.State;

/// <summary>What a scheduler decided or saw of its cluster that can't be derived from its pods and tasks.</summary>
/// <param name="Key">Secrets of the cluster are derived from it; made once.</param>
public sealed record ClusterFacts(byte[] Key)
{
    /// <summary>Null before the first subscription.</summary>
    public string? FrameworkId { get; init; }

    /// <summary>When every step of the deploy plan was complete for the first time, or again after it was parked.</summary>
    public DateTimeOffset? ReadyAt { get; init; }

    public bool Removing { get; init; }

    /// <summary>When nothing ran any more after it was asked to be parked.</summary>
    public DateTimeOffset? ParkedAt { get; init; }

    /// <summary>The last target that was reached with all pods.</summary>
    public int SettledTarget { get; init; }

    /// <summary>How many times what has failed was tried again by request.</summary>
    public int Retries { get; init; }

    /// <summary>What of its artifacts stands in for what can't be had, and why; null when all is there that was wanted.</summary>
    public string? StandIn { get; init; }

    /// <summary>By type: how many there are of pods whose count follows the work, where that is more than there always are.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, int>? Grown { get; init; }

    /// <summary>How many restarts that were asked for are done.</summary>
    public int SettledRestarts { get; init; }

    /// <summary>How many times secrets were replaced in all pods.</summary>
    public int SettledRotations { get; init; }
}
