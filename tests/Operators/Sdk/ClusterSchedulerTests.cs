using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Scheduling;
using DataPlatform.Operators.Sdk.State;
using DataPlatform.Operators.Tests.Sdk.Artifacts;
using DataPlatform.Operators.Tests.Sdk.Packages;
using DataPlatform.Operators.Tests.Sdk.Scheduling;

namespace DataPlatform.Operators.Tests.Sdk;

/// <summary>The loop around the core: real HTTP to a master that a test plays, and a store that throws.</summary>
public sealed class ClusterSchedulerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("facts")]
    [InlineData("pod")]
    [InlineData("task")]
    public async Task What_can_not_be_stored_reaches_no_master_and_the_next_scheduler_does_it_once(string kind)
    {
        await using var master = await ListeningMaster.StartAsync(new SchedulerTrial().Offer("A1"));
        var documents = new ThrowingDocuments(kind);

        using var stop = new CancellationTokenSource(Patience + Patience);
        var first = Begin(master, documents, stop.Token);
        (await Should.ThrowAsync<IOException>(() => first.WaitAsync(Patience))).Message.ShouldBe("the disk is full");

        master.Calls.ShouldNotContain(call => call.Type == SchedulerCall.Types.Type.Accept);
        documents.Load(SchedulerTrial.Cluster).ShouldNotContain(document => document.Kind == kind);
        documents.Throws = false;
        var second = Begin(master, documents, stop.Token);
        await master.UntilAsync(call => call.Type == SchedulerCall.Types.Type.Accept, Patience);
        await stop.CancelAsync();
        await second.WaitAsync(Patience);
        SchedulerTrial.LaunchedBy(master.Calls).Select(task => task.Name).Order(StringComparer.Ordinal).ShouldBe(["mine/head", "mine/worker-0", "mine/worker-1"]);
    }

    public void Dispose() => folder.Dispose();

    private Task Begin(ListeningMaster master, IClusterDocuments documents, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder.Below("lake"));
        var scheduler = new ClusterScheduler(
            new TrialPackage(), SchedulerTrial.Cluster, "mine", new SchedulerSettings(new SchedulerClientSettings(master.Address), folder.Below("lake"), SchedulerSettings.UsualUser),
            new FixedArtifacts(new ArtifactResolution.Ready(ResolvedArtifacts.None)), documents);
        scheduler.Post(new SchedulerCommand.Want(new WantedCluster(SchedulerTrial.Cluster, "mine", "me", [], DateTimeOffset.UtcNow)));
        return scheduler.RunAsync(cancellation);
    }

    /// <summary>Throws whenever it is to keep a document of one kind; then nothing of that write is kept.</summary>
    private sealed class ThrowingDocuments(string kind) : IClusterDocuments
    {
        private readonly MemoryDocuments kept = new();

        public bool Throws { get; set; } = true;

        public IReadOnlyList<ClusterDocument> Load(string clusterId) => kept.Load(clusterId);

        public void Write(string clusterId, IReadOnlyList<DocumentChange> changes)
        {
            if (Throws && changes.Any(change => change is DocumentChange.Put { Document: var document } && document.Kind == kind))
                throw new IOException("the disk is full");
            kept.Write(clusterId, changes);
        }
    }
}
