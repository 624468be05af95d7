using System.Text.Json.Nodes;

namespace DataPlatform.Operators.Sdk.Clusters;

/// <summary>A cluster that somebody asked for, as it is wanted now.</summary>
/// <param name="Id">Unique for ever: letters, digits and dashes.</param>
/// <param name="Name">Unique among living clusters; part of host paths and web paths, so of the control plane's allow-list.</param>
/// <param name="Options">All options of the package, defaults filled in, already checked against its schema.</param>
public sealed record WantedCluster(string Id, string Name, string Owner, JsonObject Options, DateTimeOffset CreatedAt)
{
    /// <summary>The number of the target that <see cref="Options"/> are; from 1, one more with each change.</summary>
    public int Target { get; init; } = 1;

    /// <summary>Since when this target has been wanted.</summary>
    public DateTimeOffset TargetAt { get; init; } = CreatedAt;

    /// <summary>Options of earlier targets by their number: tasks of theirs may still run.</summary>
    public IReadOnlyDictionary<int, JsonObject> Earlier { get; init; } = new Dictionary<int, JsonObject>(0);

    /// <summary>The options with which it began, which stay what they are whatever is changed.</summary>
    public JsonObject Launched => Earlier.GetValueOrDefault(1) ?? Options;

    /// <summary>Names of other clusters that its tasks find in their environment; none starts before those are ready.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    public ClusterGoal Goal { get; init; } = ClusterGoal.Run;

    /// <summary>How many restarts of all pods were asked for in the cluster's life.</summary>
    public int Restarts { get; init; }

    /// <summary>How many times other secrets were asked for in the cluster's life: each time all of them are others.</summary>
    public int Rotations { get; init; }

    /// <summary>How many times what has failed was asked to be tried again.</summary>
    public int Retries { get; init; }

    /// <summary>How many times a pod was asked to begin anew elsewhere, without its data, by the pod's name.</summary>
    public IReadOnlyDictionary<string, int> Replacements { get; init; } = new Dictionary<string, int>(0);

    /// <summary>What it was asked to do, oldest first; of what ended long ago nothing is left.</summary>
    public IReadOnlyList<WantedOperation> Operations { get; init; } = [];

    /// <summary>No further step of a plan is begun. What breaks is still mended.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Pods whose steps of the current plan are begun whatever stands before them.</summary>
    public IReadOnlyList<string> Forced { get; init; } = [];

    /// <summary>Pods whose steps of the current plan are left out.</summary>
    public IReadOnlyList<string> Skipped { get; init; } = [];
}

/// <summary>Whether a cluster is wanted to run, or to hold nothing but what it keeps.</summary>
public enum ClusterGoal { Run, Park }
