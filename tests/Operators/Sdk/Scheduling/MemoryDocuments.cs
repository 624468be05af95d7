using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Tests.Sdk.Scheduling;

/// <summary>Documents as a database keeps them, without one.</summary>
public sealed class MemoryDocuments : IClusterDocuments
{
    private readonly SortedDictionary<(string Cluster, string Kind, string Key), string> kept = new();

    public IReadOnlyList<ClusterDocument> Load(string clusterId) =>
        [.. kept.Where(pair => pair.Key.Cluster == clusterId).Select(pair => new ClusterDocument(pair.Key.Kind, pair.Key.Key, pair.Value))];

    public void Write(string clusterId, IReadOnlyList<DocumentChange> changes)
    {
        foreach (var change in changes)
        {
            switch (change)
            {
                case DocumentChange.Put(var document):
                    kept[(clusterId, document.Kind, document.Key)] = document.Content;
                    break;
                case DocumentChange.Remove(var kind, var key):
                    kept.Remove((clusterId, kind, key));
                    break;
                case DocumentChange.Forget:
                    foreach (var key in kept.Keys.Where(key => key.Cluster == clusterId).ToList())
                        kept.Remove(key);
                    break;
            }
        }
    }
}
