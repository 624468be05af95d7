using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Tests.Sdk.Scheduling;

/// <summary>Remembers as long as the test runs.</summary>
public sealed class MemoryStore : IOperatorStore
{
    private readonly Dictionary<string, ClusterFacts> clusters = [];
    private readonly Dictionary<string, TaskRow> tasks = [];
    private string? framework;

    public OperatorMemory Load() => new(framework, new byte[32], [.. clusters.Values], [.. tasks.Values]);

    public void Write(IReadOnlyList<StoreChange> changes)
    {
        foreach (var change in changes)
        {
            switch (change)
            {
                case StoreChange.Framework(var id):
                    framework = id;
                    break;
                case StoreChange.Task(var row):
                    tasks[row.TaskId] = row;
                    break;
                case StoreChange.Cluster(var facts):
                    clusters[facts.ClusterId] = facts;
                    break;
                case StoreChange.Forget(var id):
                    clusters.Remove(id);
                    foreach (var row in tasks.Values.Where(row => row.ClusterId == id).ToList())
                        tasks.Remove(row.TaskId);
                    break;
            }
        }
    }
}
