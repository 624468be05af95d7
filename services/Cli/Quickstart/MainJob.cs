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
        var engine = await LaunchEngineAsync(cancellation);
        var executed = await report.RunAsync($"launch JupyterLab and run {engine.Notebook} on {Cluster}", () => RunNotebookAsync(engine.Notebook, cancellation),
            notebook => $"{notebook.CodeCells.Count} cells, {notebook.Plots} plot(s)");
        await report.PlainAsync($"\nWhat {engine.Notebook} found");
        foreach (var line in executed.Findings.Split('\n')) await report.PlainAsync($"  {Rows.Printable(line)}");
        await report.PlainAsync("\nNew in the lake");
        foreach (var dataset in (await client.LakeAsync(cancellation)).Where(dataset => !before.TryGetValue(dataset.Path, out var then) || then != dataset.ModifiedAt))
            await report.PlainAsync($"  {dataset.Path}: {dataset.Format}, {Words.Bytes(dataset.SizeBytes)}{(dataset.RowCount is { } rows ? $", {rows} rows" : "")}");
    }

    /// <summary>Spark, or Dask where Spark's artifacts can't be had, which is said.</summary>
    private async Task<Engine> LaunchEngineAsync(CancellationToken cancellation)
    {
        var packages = await client.PackagesAsync(cancellation);
        var reason = packages.FirstOrDefault(package => package.Name == Engine.Spark.Package) is { } spark ? spark.UnavailableReason : "there is no such package";
        if (reason is null)
        {
            var launched = await report.RunAsync("launch Spark", () => LaunchAsync(Engine.Spark.Package, Cluster, Engine.Spark.Options(), cancellation), Outcome);
            if (launched.Summary.State == ClusterState.Ready) return Engine.Spark;
            throw new QuickstartException($"Spark did not come up: {launched.Summary.Reason ?? "no reason is known"}");
        }
        await report.PlainAsync($"\nSpark can't be launched here: {reason}\nThe same walk is done with Dask.\n");
        var dask = await report.RunAsync("launch Dask", () => LaunchAsync(Engine.Dask.Package, Cluster, Engine.Dask.Options(), cancellation), Outcome);
        return dask.Summary.State == ClusterState.Ready ? Engine.Dask : throw new QuickstartException($"Dask did not come up either: {dask.Summary.Reason ?? "no reason is known"}");
    }

    private async Task<ClusterDetail> LaunchAsync(string package, string name, JsonObject options, CancellationToken cancellation)
    {
        await client.LaunchAsync(new LaunchRequest(package, name, options, null), cancellation);
        var settled = await new ClusterWatch(client, time).UntilAsync(name,
            static detail => detail.Summary.State is ClusterState.Ready or ClusterState.Failed, FirstLaunch, new PlainTimeline(writer, time, "         "), cancellation);
        return settled ?? throw new QuickstartException($"{name} was deleted before it was ready");
    }

    /// <summary>The notebook runs as a task of the platform; JupyterLab beside it stays for people.</summary>
    private async Task<NotebookDocument> RunNotebookAsync(string notebook, CancellationToken cancellation)
    {
        var options = new JsonObject { ["cluster"] = Cluster, ["execute"] = notebook, ["memory"] = 1024 };
        var server = await LaunchAsync("jupyter", Notebook, options, cancellation);
        if (server.Summary.State != ClusterState.Ready)
            throw new QuickstartException($"{notebook} did not run to its end: {server.Summary.Reason ?? "no reason is known"}");
        return NotebookDocument.Read(Path.Combine(lake, "_notebooks", "executed", notebook));
    }

    private static string Outcome(ClusterDetail cluster) =>
        cluster.Summary is { ReadyAt: { } ready } summary ? $"{summary.Name} is ready {DurationText.Short(ready - summary.CreatedAt)} after it was asked for" : $"{cluster.Summary.Name} is {Words.State(cluster.Summary.State)}";

    private sealed record Engine(string Package, string Notebook, Func<JsonObject> Options)
    {
        public static Engine Spark { get; } = new("spark", "flights.ipynb", () => new JsonObject { ["workers"] = 2 });

        public static Engine Dask { get; } = new("dask", "weather-dask.ipynb", () => new JsonObject { ["workers"] = 2 });
    }
}
