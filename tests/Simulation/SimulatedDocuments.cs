using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Simulation.Tests;

/// <summary>Outlives schedulers. What it has answered for is there; what it has refused may be there whole or not at all.</summary>
internal sealed class SimulatedDocuments(string clusterId, SimulatedCluster cluster)
{
    private readonly SortedDictionary<(string Kind, string Key), string> kept = [];

    /// <summary>The next write is refused.</summary>
    public bool IsToFail { get; set; }

    public SchedulerMemory Load() => SchedulerMemory.Read([.. kept.Select(pair => new ClusterDocument(pair.Key.Kind, pair.Key.Key, pair.Value))]);

    public bool Knows(string taskId) => kept.ContainsKey(("task", taskId));

    public bool TryWrite(IReadOnlyList<DocumentChange> changes)
    {
        if (!IsToFail || cluster.Chance.Next(2) == 0)
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
                case DocumentChange.Put({ Kind: "task" }) when cluster.Sabotage == Sabotage.OperatorStoreLies && cluster.Chance.Next(2) == 0:
                    break;
                case DocumentChange.Put(var document):
                    Keep(document);
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

    private void Keep(ClusterDocument document)
    {
        var memory = SchedulerMemory.Read(document.Kind is "task" || (document.Kind is "pod" && cluster.Sabotage != Sabotage.None) ? [document] : []);
        foreach (var row in memory.Tasks)
        {
            var isHostGone = cluster.Master.State.RemovedAgents.ContainsKey(row.AgentId);
            cluster.Invariants.Data.Remembered(clusterId, row, isHostGone);
            cluster.Invariants.Operations.Remembered(clusterId, row, isHostGone);
        }

        kept[(document.Kind, document.Key)] = (cluster.Sabotage switch
        {
            Sabotage.OperatorStoreForgetsUse => memory.Pods.Select(record => SchedulerMemory.Put(record with { Volumes = record.Volumes is { } volumes ? volumes with { IsUsed = false } : null })),
            Sabotage.OperatorStoreForgetsVolumes => memory.Pods.Select(record => SchedulerMemory.Put(record with { Volumes = null })),
            Sabotage.OperatorStoreForgetsBegin => memory.Tasks.Where(row => row.IsOperation).Select(row => SchedulerMemory.Put(row with { StartedAt = null, State = "TASK_STAGING" })),
            _ => [],
        }).OfType<DocumentChange.Put>().Select(change => change.Document.Content).FirstOrDefault(document.Content);
    }
}
