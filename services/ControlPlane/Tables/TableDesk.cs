using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Hosting;

namespace DataPlatform.Services.ControlPlane.Tables;

/// <summary>
/// Asks engines for their tables when somebody looks. However many look, an engine is asked no more often than its package says, and once more after an operation.
/// </summary>
public sealed class TableDesk(ClusterViews views, Catalogue catalogue, TableProbe probe, TimeProvider time) : IDisposable
{
    private const int MostAtATime = 8;
    private static readonly TimeSpan Failed = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(10);

    private readonly SharedAnswers<(string Cluster, string Table), TableView> answers = new(time, Forgotten);
    private readonly SemaphoreSlim places = new(MostAtATime);

    /// <summary>Null when there is no such cluster.</summary>
    public async Task<IReadOnlyList<TableView>?> AllAsync(string cluster, CancellationToken cancellation) =>
        views.Find(cluster) is { } detail ? await Task.WhenAll(detail.Tables.Select(table => OneAsync(detail, table, cancellation))) : null;

    public Task<TableView> OneAsync(ClusterDetail cluster, TableView table, CancellationToken cancellation) => answers.OfAsync(
        (cluster.Summary.Id, table.Name), (known, _) => IsFresh(known, cluster),
        async () =>
        {
            await places.WaitAsync(cancellation);
            try
            {
                var at = time.GetUtcNow();
                return await AskAsync(cluster, table, cancellation) with { At = at };
            }
            finally
            {
                places.Release();
            }
        },
        cancellation);

    public void Dispose() => places.Dispose();

    private bool IsFresh(TableView answer, ClusterDetail cluster) =>
        time.GetUtcNow() - answer.At < (answer.WhyNot is null ? TimeSpan.FromSeconds(answer.EverySeconds) : Failed) && !cluster.Operations.Any(operation => operation.FinishedAt >= answer.At);

    private async Task<TableView> AskAsync(ClusterDetail cluster, TableView table, CancellationToken cancellation)
    {
        var engine = catalogue.Find(cluster.Summary.Package);
        if (engine?.Ask(cluster.Summary.Id, table.Name) is not { } question) return table with { WhyNot = "nothing serves that could answer" };
        if (engine.FrameworkIdOf(cluster.Summary.Id) is not { } framework || cluster.Tasks.LastOrDefault(task => task.Name == question.Task) is not { } task)
            return table with { WhyNot = $"{question.Task} can't be reached" };
        return await probe.AskAsync(table, task, framework, question.Command, cancellation);
    }
}
