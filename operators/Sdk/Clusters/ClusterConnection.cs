namespace DataPlatform.Operators.Sdk.Clusters;

/// <summary>How another cluster's tasks reach this one, such as a notebook's kernel a Spark.</summary>
/// <param name="Environment">Variables that the engine's clients read, such as <c>DASK_SCHEDULER_ADDRESS</c>.</param>
public sealed record ClusterConnection(string Cluster, string Package, bool Ready, IReadOnlyDictionary<string, string> Environment)
{
    public ClusterKeys Keys { get; init; } = ClusterKeys.None;
}
