using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Hosting;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Charts;

/// <summary>
/// Asks a Prometheus that the platform launched for what a cluster's package draws, when somebody looks. However many look, a question is asked no more often than a few times a minute.
/// </summary>
public sealed class ChartDesk(ClusterStore clusters, Catalogue catalogue, ChartProbe probe, TimeProvider time) : IDisposable
{
    public const int MostSeries = 20;
    public const string NoSource = "no Prometheus measures the clusters; dp launch prometheus starts one that does";
    private const int MostAtATime = 8;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(5);

    private readonly SharedAnswers<(string Cluster, int Minutes), ChartsView> answers = new(time, Forgotten);
    private readonly SemaphoreSlim places = new(MostAtATime);

    /// <param name="minutes">One of <see cref="ChartSpan.Choices"/>.</param>
    /// <returns>Null when there is no such cluster.</returns>
    public async Task<ChartsView?> OfAsync(string name, int minutes, CancellationToken cancellation)
    {
        if (clusters.Find(name) is not { } cluster) return null;
        var span = ChartSpan.Until(time.GetUtcNow(), minutes);
        var none = new ChartsView(minutes, span.From, span.To, (int)span.Step.TotalSeconds, []);
        if (catalogue.Find(cluster.Package)?.Observe(cluster.Id)?.Charts is not { Count: > 0 } charts) return none;
        if (Source() is not { } source) return none with { WhyNot = NoSource };

        return await answers.OfAsync(
            (cluster.Id, minutes), (known, age) => known.MeasuredBy == source.Cluster && age < Fresh,
            async () => none with { MeasuredBy = source.Cluster, Charts = await Task.WhenAll(charts.Select(chart => DrawAsync(source, chart, cluster, span, cancellation))) }, cancellation);
    }

    public void Dispose() => places.Dispose();

    /// <summary>Of several the one that has measured for longest.</summary>
    private ChartSource? Source() => (
        from cluster in clusters.Living()
        where cluster.DeleteRequestedAt is null
        let engine = catalogue.Find(cluster.Package)
        let seen = engine?.Observe(cluster.Id)
        where seen is { State: ClusterState.Ready or ClusterState.Degraded, ReadyAt: not null }
        from endpoint in seen.Endpoints
        where endpoint.Answers == EndpointView.PromQl
        let address = Address(endpoint.Url)
        where address is not null
        orderby seen.ReadyAt, cluster.Name
        select new ChartSource(cluster.Name, address, engine.ProxyHeaders(cluster.Id, endpoint.Name))).FirstOrDefault();

    private static Uri? Address(string url) => Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address : null;

    private async Task<ChartView> DrawAsync(ChartSource source, EngineChart chart, DesiredCluster cluster, ChartSpan span, CancellationToken cancellation)
    {
        var drawn = new ChartView(chart.Title, chart.Unit, []);
        var answers = await Task.WhenAll(chart.Series.Select(series => AskAsync(source, series, cluster, span, cancellation)));
        if (answers.Select(answer => answer.WhyNot).OfType<string>().FirstOrDefault() is { } why) return drawn with { WhyNot = why };
        var all = answers.SelectMany(answer => answer.Series).ToList();
        return drawn with { Series = [.. all.Take(MostSeries)], Left = Math.Max(0, all.Count - MostSeries) };
    }

    private async Task<(IReadOnlyList<ChartSeriesView> Series, string? WhyNot)> AskAsync(ChartSource source, EngineSeries series, DesiredCluster cluster, ChartSpan span, CancellationToken cancellation)
    {
        await places.WaitAsync(cancellation);
        try
        {
            return await probe.AskAsync(source, series.Title, series.Query.For(cluster.Name, span.Window), span, cluster.CreatedAt, cancellation);
        }
        finally
        {
            places.Release();
        }
    }
}
