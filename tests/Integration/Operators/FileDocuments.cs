using System.Text.Json;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Integration.Tests.Operators;

/// <summary>A cluster's documents in one file, for schedulers that run without a control plane.</summary>
public sealed class FileDocuments(string path) : IClusterDocuments
{
    public IReadOnlyList<ClusterDocument> Load(string clusterId) => [.. Read().Values];

    public void Write(string clusterId, IReadOnlyList<DocumentChange> changes)
    {
        var kept = Read();
        foreach (var change in changes)
        {
            switch (change)
            {
                case DocumentChange.Put(var document):
                    kept[$"{document.Kind}/{document.Key}"] = document;
                    break;
                case DocumentChange.Remove(var kind, var key):
                    kept.Remove($"{kind}/{key}");
                    break;
                case DocumentChange.Forget:
                    kept.Clear();
                    break;
            }
        }

        File.WriteAllText(path, JsonSerializer.Serialize(kept.Values));
    }

    private SortedDictionary<string, ClusterDocument> Read() => File.Exists(path)
        ? new(JsonSerializer.Deserialize<List<ClusterDocument>>(File.ReadAllText(path))!.ToDictionary(document => $"{document.Kind}/{document.Key}"), StringComparer.Ordinal)
        : new(StringComparer.Ordinal);
}
