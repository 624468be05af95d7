namespace DataPlatform.Operators.Sdk.State;

/// <summary>
/// What a cluster's scheduler remembers across restarts, as documents of a database that knows nothing of what they say. One
/// scheduler at a time writes a cluster's documents.
/// </summary>
public interface IClusterDocuments
{
    /// <summary>All of the cluster's documents, by kind and key in ordinal order; none for a cluster that is new.</summary>
    IReadOnlyList<ClusterDocument> Load(string clusterId);

    /// <summary>All of the changes or none of them; durable when it returns.</summary>
    /// <exception cref="LeaseLostException">Another control plane leads by now: nothing was written, and this one must decide nothing more.</exception>
    void Write(string clusterId, IReadOnlyList<DocumentChange> changes);
}

/// <param name="Kind">Such as <c>task</c>: a-z and dashes.</param>
/// <param name="Key">Unique within the kind.</param>
/// <param name="Content">JSON.</param>
public sealed record ClusterDocument(string Kind, string Key, string Content);

/// <summary>One change to a cluster's documents.</summary>
public abstract record DocumentChange
{
    private DocumentChange() { }

    /// <summary>Adds it, or replaces the one of this kind and key.</summary>
    public sealed record Put(ClusterDocument Document) : DocumentChange;

    public sealed record Remove(string Kind, string Key) : DocumentChange;

    /// <summary>Nothing of the cluster is left.</summary>
    public sealed record Forget : DocumentChange;
}
