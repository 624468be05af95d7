using System.Text.Json.Nodes;

namespace DataPlatform.Services.ControlPlane.Clusters;

public static class ClusterConnections
{
    /// <summary>Names of all other clusters that one connects to: those that its options name, then what it needs beside them.</summary>
    public static IReadOnlyList<string> Connected(this IClusterOperator engine, JsonObject options, IReadOnlyList<string> needs) => [.. engine.Connections(options).Union(needs)];
}
