using System.Text.Json.Nodes;

namespace DataPlatform.Services.ControlPlane.Storage;

/// <summary>Several clusters that somebody brought up as one thing. Which of them there are is said by the clusters themselves.</summary>
/// <param name="Content">The file as it was given.</param>
/// <param name="Members">What the file names, in the order in which it gets ready.</param>
/// <param name="Number">From 1, one more with each change.</param>
public sealed record StoredBlueprint(
    string Name, string Title, string Owner, string Content, IReadOnlyList<BlueprintMember> Members, int Number, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt);

/// <param name="Needs">Names of clusters, also of such as are not of the blueprint.</param>
public sealed record BlueprintMember(string Name, string Package, IReadOnlyList<string> Needs);

/// <summary>What becomes of a blueprint and its clusters, all of it or nothing.</summary>
/// <param name="Blueprint">As it is from now on; null when it only loses clusters.</param>
public sealed record BlueprintWrite(
    StoredBlueprint? Blueprint, IReadOnlyList<DesiredCluster> Launched, IReadOnlyList<ChangedCluster> Changed, IReadOnlyList<DesiredCluster> Deleted, DateTimeOffset At, string DeleteReason,
    IReadOnlyList<AuditEntry> Audited);

/// <param name="Options">Of the next target; null when the target stays.</param>
/// <param name="ExpiresAt">Null when the end stays.</param>
public sealed record ChangedCluster(DesiredCluster Before, JsonObject? Options, IReadOnlyList<string> Needs, DateTimeOffset? ExpiresAt);

public enum BlueprintWriting
{
    Written,

    /// <summary>Somebody else changed something of it meanwhile; nothing was written.</summary>
    Overtaken,
}
