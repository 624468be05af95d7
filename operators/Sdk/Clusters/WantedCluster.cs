using System.Text.Json.Nodes;

namespace DataPlatform.Operators.Sdk.Clusters;

/// <summary>A cluster that somebody asked for.</summary>
/// <param name="Id">Unique for ever: letters, digits and dashes.</param>
/// <param name="Name">Unique among living clusters; part of host paths and web paths, so of the control plane's allow-list.</param>
/// <param name="Options">All options of the package, defaults filled in, already checked against its schema.</param>
public sealed record WantedCluster(string Id, string Name, string Owner, JsonObject Options, DateTimeOffset CreatedAt);
