using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Simulation.Tests;

/// <summary>Outlives schedulers. What it has answered for is there; what it has refused may be there whole or not at all.</summary>
internal sealed class SimulatedDocuments(Random chance)
{
    private readonly SortedDictionary<(string Kind, string Key), string> kept = [];

    /// <summary>The next write is refused.</summary>
    public bool IsToFail { get; set; }

    /// <summary>It answers for intents that it did not write.</summary>
    public bool Lies { get; set; }

    public SchedulerMemory Load() => SchedulerMemory.Read([.. kept.Select(pair => new ClusterDocument(pair.Key.Kind, pair.Key.Key, pair.Value))]);

    public bool Knows(string taskId) => kept.ContainsKey(("task", taskId));

    public bool TryWrite(IReadOnlyList<DocumentChange> changes)
    {
        if (!IsToFail || chance.Next(2) == 0)
            Write(changes);
        var isWritten = !IsToFail;
        IsToFail = false;
        return isWritten;
    }

    private void Write(IReadOnlyList<DocumentChange> changes)
    {
        foreach (var change in changes)
        {
            switch (change)
            {
                case DocumentChange.Put({ Kind: "task" }) when Lies && chance.Next(2) == 0:
                    break;
                case DocumentChange.Put(var document):
                    kept[(document.Kind, document.Key)] = document.Content;
                    break;
                case DocumentChange.Remove(var kind, var key):
                    kept.Remove((kind, key));
                    break;
                case DocumentChange.Forget:
                    kept.Clear();
                    break;
            }
        }
    }
}
