using System.Text.Json.Nodes;

namespace DataPlatform.Core.Client.ControlPlane;

/// <summary>Asks for other options: <c>POST /api/v1/clusters/{name}/update</c>.</summary>
/// <param name="Options">Only those that change.</param>
/// <param name="DryRun">Nothing is changed: the answer says what would be.</param>
public sealed record UpdateRequest(JsonObject? Options, bool? DryRun)
{
    /// <summary>A size of the package, whose values <see cref="Options"/> win over; null for none.</summary>
    public string? Size { get; init; }
}

/// <summary>Asks for the options of an earlier target: <c>POST /api/v1/clusters/{name}/rollback</c>.</summary>
/// <param name="Target">The number of the target; null for the one before.</param>
/// <param name="DryRun">Nothing is changed: the answer says what would be.</param>
public sealed record RollbackRequest(int? Target, bool? DryRun);

/// <summary>What an update is or would be.</summary>
/// <param name="Target">The number of the target that has these options; the present one when nothing changes.</param>
/// <param name="Options">Those that change.</param>
/// <param name="Pods">Those that change, in the order in which they do.</param>
/// <param name="IsWanted">False for a dry run.</param>
public sealed record UpdateView(int Target, IReadOnlyList<OptionChangeView> Options, IReadOnlyList<PodChangeView> Pods, bool IsWanted);

public sealed record OptionChangeView(string Option, string Before, string After);

/// <param name="Change"><c>added</c>, <c>restarted</c> or <c>removed</c>.</param>
public sealed record PodChangeView(string Pod, string Change, string Why);

/// <summary>A target that a cluster has or had.</summary>
/// <param name="At">Since when it was wanted.</param>
public sealed record TargetView(int Number, DateTimeOffset At, IReadOnlyDictionary<string, string> Options, bool IsWanted);
