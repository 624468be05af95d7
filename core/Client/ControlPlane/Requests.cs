using System.Text.Json.Nodes;

namespace DataPlatform.Core.Client.ControlPlane;

/// <summary>Asks for a cluster: <c>POST /api/v1/clusters</c>.</summary>
/// <param name="Options">Checked against the package's options schema; absent members take the package's defaults.</param>
/// <param name="LifetimeSeconds">From one minute to 30 days; null means 8 hours.</param>
public sealed record LaunchRequest(string Package, string Name, JsonObject? Options, long? LifetimeSeconds)
{
    /// <summary>Of the package; null for the newest.</summary>
    public string? Version { get; init; }

    /// <summary>A size of the package, whose values <see cref="Options"/> win over; null for none.</summary>
    public string? Size { get; init; }

    /// <summary>Names of clusters that must be ready before it starts, and whose exports its tasks find in their environment.</summary>
    public IReadOnlyList<string>? Needs { get; init; }
}

/// <summary>Moves the end of a cluster's life: <c>POST /api/v1/clusters/{name}/extend</c>.</summary>
/// <param name="Seconds">Added to the present end.</param>
public sealed record ExtendRequest(long Seconds);

/// <summary>Lets clusters be taken down whose removal is withheld: <c>POST /api/v1/removals/confirm</c>.</summary>
public sealed record ConfirmRemovalRequest(IReadOnlyList<string> ClusterIds);

/// <summary>Asks for a link that logs one browser in once: <c>POST /api/v1/login-links</c>.</summary>
/// <param name="ReturnPath">The page to open afterwards, a path of the console; null means its start.</param>
public sealed record LoginLinkRequest(string? ReturnPath);

public sealed record LoginLink(string Url);

/// <summary>A refusal, as problem details (RFC 9457) with one entry for each field that is wrong.</summary>
public sealed record Problem(string Title, int Status, string? Detail, IReadOnlyList<FieldProblem>? Errors);

/// <param name="Allowed">What the field may hold, in words.</param>
public sealed record FieldProblem(string Field, string Message, string? Allowed);
