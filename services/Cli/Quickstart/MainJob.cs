using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Notebooks;
using DataPlatform.Services.Cli.Output;
using DataPlatform.Services.Cli.Progress;

namespace DataPlatform.Services.Cli.Quickstart;

/// <summary>The platform's main job through its REST: an engine comes up, a notebook uses it, results land in the lake.</summary>
public sealed class MainJob(ControlPlaneClient client, string lake, StepReport report, TextWriter writer, TimeProvider time)
{
    public const string Cluster = "trial";
    public const string Notebook = "trial-notebook";
    private static readonly TimeSpan FirstLaunch = TimeSpan.FromMinutes(20);

    public async Task RunAsync(CancellationToken cancellation)
    {
        var before = (await client.LakeAsync(cancellation)).ToDictionary(dataset => dataset.Path, dataset => dataset.ModifiedAt);
        var engine = await LaunchAsync(cancellation);
        var executed = await report.RunAsync($"run {engine.Notebook} on it, headless, beside JupyterLab", async () =>
        {
            await ReadyAsync(Notebook, cancellation);
            return NotebookDocument.Read(Path.Combine(lake, "_notebooks", "executed", engine.Notebook));
        }, notebook => $"{notebook.CodeCells.Count} cells, {notebook.Plots} plot(s)");

        await report.PlainAsync($"\nWhat {engine.Notebook} found");
        foreach (var line in executed.Findings.Split('\n')) await report.PlainAsync($"  {Rows.Printable(line)}");
        await report.PlainAsync("\nNew in the lake");
        foreach (var dataset in (await client.LakeAsync(cancellation)).Where(dataset => !before.TryGetValue(dataset.Path, out var then) || then != dataset.ModifiedAt))
            await report.PlainAsync($"  {dataset.Path}: {dataset.Format}, {Words.Bytes(dataset.SizeBytes)}{(dataset.RowCount is { } rows ? $", {rows} rows" : "")}");
    }

    /// <summary>Spark, or Dask where Spark's artifacts can't be had. That may turn out only when they are asked for.</summary>
    private async Task<Engine> LaunchAsync(CancellationToken cancellation)
    {
        var reason = await WhyNotAsync(Engine.Spark, cancellation);
        if (reason is null)
        {
            try
            {
                await LaunchAsync(Engine.Spark, cancellation);
                return Engine.Spark;
            }
            catch (QuickstartException)
            {
                reason = await WhyNotAsync(Engine.Spark, cancellation);
                if (reason is null) throw;
                await DeleteAsync(cancellation);
            }
        }

        await report.PlainAsync($"\nSpark can't be launched here: {Rows.Printable(reason)}\nThe same walk is done with Dask.\n");
        await LaunchAsync(Engine.Dask, cancellation);
        return Engine.Dask;
    }

    private async Task LaunchAsync(Engine engine, CancellationToken cancellation)
    {
        // Asked for together: the notebook's files are fetched while the engine comes up.
        await client.LaunchAsync(new LaunchRequest(engine.Package, Cluster, new JsonObject { ["workers"] = 2 }, null), cancellation);
        await client.LaunchAsync(new LaunchRequest("jupyter", Notebook,
            new JsonObject { ["cluster"] = Cluster, ["execute"] = engine.Notebook, ["memory"] = 1024 }, null), cancellation);
        await report.RunAsync($"launch {engine.Title} with two workers", () => ReadyAsync(Cluster, cancellation), Outcome);
    }

    private async Task<string?> WhyNotAsync(Engine engine, CancellationToken cancellation)
    {
        var packages = await client.PackagesAsync(cancellation);
        return packages.FirstOrDefault(package => package.Name == engine.Package) is { } known ? known.UnavailableReason : "there is no such package";
    }

    private async Task DeleteAsync(CancellationToken cancellation)
    {
        foreach (var name in new[] { Notebook, Cluster }) await client.DeleteAsync(name, cancellation);
        using var limit = new CancellationTokenSource(FirstLaunch, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        while ((await client.ClustersAsync(either.Token)).Any(cluster => cluster.Name is Notebook or Cluster))
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, either.Token);
    }

    private async Task<ClusterDetail> ReadyAsync(string name, CancellationToken cancellation)
    {
        var settled = await new ClusterWatch(client, time).UntilAsync(name, static detail => detail.Summary.State is ClusterState.Ready or ClusterState.Failed,
            FirstLaunch, new PlainTimeline(writer, time, "         "), cancellation);
        return settled?.Summary.State switch
        {
            null => throw new QuickstartException($"{name} was deleted before it was ready"),
            ClusterState.Failed => throw new QuickstartException($"{name} failed: {settled.Summary.Reason ?? "no reason is known"}"),
            _ => settled,
        };
    }

    private static string Outcome(ClusterDetail cluster) => cluster.Summary is { ReadyAt: { } ready } summary
        ? $"{summary.Name} is ready {DurationText.Short(ready - summary.CreatedAt)} after it was asked for"
        : $"{cluster.Summary.Name} is {Words.State(cluster.Summary.State)}";

    private sealed record Engine(string Package, string Title, string Notebook)
    {
        public static Engine Spark { get; } = new("spark", "Spark", "flights.ipynb");

        public static Engine Dask { get; } = new("dask", "Dask", "weather-dask.ipynb");
    }
}
