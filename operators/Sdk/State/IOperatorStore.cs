namespace DataPlatform.Operators.Sdk.State;

/// <summary>What an operator remembers across restarts. Durable when a write returns.</summary>
public interface IOperatorStore
{
    OperatorMemory Load();

    void Write(IReadOnlyList<StoreChange> changes);
}

/// <param name="FrameworkId">Null before the first subscription.</param>
/// <param name="Key">Secrets of clusters are derived from it; made once.</param>
public sealed record OperatorMemory(string? FrameworkId, byte[] Key, IReadOnlyList<ClusterFacts> Clusters, IReadOnlyList<TaskRow> Tasks);

/// <summary>One durable change.</summary>
public abstract record StoreChange
{
    private StoreChange() { }

    public sealed record Framework(string? Id) : StoreChange;

    public sealed record Task(TaskRow Row) : StoreChange;

    public sealed record Cluster(ClusterFacts Facts) : StoreChange;

    /// <summary>Nothing of the cluster is left.</summary>
    public sealed record Forget(string ClusterId) : StoreChange;
}
