using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Dask;

/// <summary>A Dask scheduler and its workers.</summary>
public sealed class DaskPackage : ServicePackage
{
    internal const string Scheduler = "scheduler";
    internal const string Worker = "worker";
    internal const string Dashboard = "dashboard";

    public override string Name => "dask";

    public override ArtifactNeeds Needs(JsonObject options) => new(Name, Folder, Jars: false, Python: true);

    public override AlternativeNeeds? Alternative(JsonObject options) => new(
        new ArtifactNeeds(Name, Folder, Jars: false, Python: false),
        "Debian's python3-distributed, which the hosts must have, stands in for the locked Python environment; it draws no dashboard");

    public override ServiceSpecification Specify(ClusterSettings settings)
    {
        var processes = new DaskProcesses(settings, Folder);
        return new ServiceSpecification(
            [
                new PodSpecification(Scheduler, 1, [processes.Scheduler()]) { SingleNamed = true },
                new PodSpecification(Worker, settings.Number("workers"), [processes.Worker()]),
            ],
            // Workers ask again until the scheduler answers.
            new PlanSpecification(
                Strategy.Parallel,
                [new PhaseSpecification("scheduler", Scheduler, Strategy.Parallel), new PhaseSpecification("workers", Worker, Strategy.Parallel)]));
    }

    public override IReadOnlyList<EndpointView> Endpoints(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) =>
        tasks.TryGetValue(Scheduler, out var scheduler)
            ?
            [
                new EndpointView(Scheduler, "Dask scheduler", Address(scheduler), null),
                new EndpointView(Dashboard, "Dask dashboard", DaskProcesses.Page(settings, scheduler.Address(Dashboard), ""), $"{DaskProcesses.Prefix(settings)}/",
                    // Dask's own redirect from the root doubles the prefix; without bokeh its plain page of workers is the one to see.
                    settings.Artifacts.Python is null ? "info/main/workers.html" : "status"),
            ]
            : [];

    public override IReadOnlyList<SnippetView> Snippets(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) =>
        tasks.TryGetValue(Scheduler, out var scheduler)
            ?
            [
                new SnippetView("Python", "python",
                    $"""
                    # In a notebook that is connected to the cluster: it has the certificate without which the scheduler answers nobody.
                    from dask.distributed import Client

                    client = Client("{Address(scheduler)}")
                    lake = "{settings.LakePath}"
                    print(client.submit(sum, range(1_000_000)).result())
                    """),
                new SnippetView("Notebook", "shell", $"dp notebook {settings.Cluster.Name}"),
            ]
            : [];

    public override IReadOnlyDictionary<string, string> Exports(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) =>
        tasks.TryGetValue(Scheduler, out var scheduler)
            ? new Dictionary<string, string> { ["DASK_SCHEDULER_ADDRESS"] = Address(scheduler) }
            : base.Exports(settings, tasks);

    public override ClusterKeys Keys(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) => DaskCertificates.Of(settings);

    private static string Address(PlacedTask scheduler) => $"tls://{scheduler.Address(DaskProcesses.Comm)}";
}
