using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Simulation.Tests;

/// <summary>Outlives operators. What it has answered for is there; what it has refused may be there whole or not at all.</summary>
internal sealed class SimulatedOperatorStore(Random chance) : IOperatorStore
{
    private readonly SortedDictionary<string, ClusterFacts> clusters = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, TaskRow> tasks = new(StringComparer.Ordinal);
    private string? framework;

    /// <summary>The next write is refused.</summary>
    public bool IsToFail { get; set; }

    /// <summary>It answers for intents that it did not write.</summary>
    public bool Lies { get; set; }

    public OperatorMemory Load() => new(framework, new byte[32], [.. clusters.Values], [.. tasks.Values]);

    public bool Knows(string taskId) => tasks.ContainsKey(taskId);

    public bool TryWrite(IReadOnlyList<StoreChange> changes)
    {
        if (!IsToFail || chance.Next(2) == 0)
            Write(changes);
        var isWritten = !IsToFail;
        IsToFail = false;
        return isWritten;
    }

    public void Write(IReadOnlyList<StoreChange> changes)
    {
        foreach (var change in changes)
        {
            switch (change)
            {
                case StoreChange.Framework(var id):
                    framework = id;
                    break;
                case StoreChange.Task(var row) when !(Lies && chance.Next(2) == 0):
                    tasks[row.TaskId] = row;
                    break;
                case StoreChange.Cluster(var facts):
                    clusters[facts.ClusterId] = facts;
                    break;
                case StoreChange.Forget(var id):
                    clusters.Remove(id);
                    foreach (var task in tasks.Where(task => task.Value.ClusterId == id).Select(task => task.Key).ToList())
                        tasks.Remove(task);
                    break;
                default:
                    break;
            }
        }
    }
}
