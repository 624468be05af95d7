using System.Globalization;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Dask;

/// <summary>Dask's processes as tasks. The same modules start it from the locked environment and from Debian's packages.</summary>
internal sealed class DaskProcesses(ClusterSettings settings)
{
    public const string Comm = "comm";

    // The interpreter and the libraries that a worker loads before it holds any data.
    private const int WorkerOverhead = 256;

    public TaskSpecification Scheduler() => new(
        "", new TaskResources(300, 512, 128), [Comm, DaskPackage.Dashboard],
        context => Python(
            "distributed.cli.dask_scheduler",
            [
                "--host", context.Host, "--port", Text(context.Ports[Comm]), "--dashboard-address", $"{context.Host}:{Text(context.Ports[DaskPackage.Dashboard])}",
                "--dashboard-prefix", Prefix(settings).TrimStart('/'), "--no-show",
            ]),
        context => new ReadinessProbe.Http(
            new Uri(Page(settings, $"{context.Host}:{Text(context.Ports[DaskPackage.Dashboard])}", "health")),
            body => body.Trim() == "ok" ? null : "the scheduler does not answer ok yet"));

    public TaskSpecification Worker() => new(
        "", new TaskResources(settings.Number("threads") * 1000L, settings.Number("memory") + WorkerOverhead, 1024), [Comm],
        context => context.Peer(DaskPackage.Scheduler) is { } scheduler
            ? Python(
                "distributed.cli.dask_worker",
                [
                    $"tcp://{scheduler.Address(Comm)}", "--host", context.Host, "--worker-port", Text(context.Ports[Comm]), "--name", context.Name,
                    "--nthreads", Text(settings.Number("threads")), "--memory-limit", $"{Text(settings.Number("memory"))}MiB", "--local-directory", "scratch",
                    // The agent watches the process and the operator replaces it: no second watcher is needed.
                    "--no-nanny", "--no-dashboard",
                ])
            : new CommandOutcome.Waiting("the scheduler has no place yet"),
        context => context.Peer(DaskPackage.Scheduler) is { } scheduler
            ? new ReadinessProbe.Http(
                new Uri(Page(settings, scheduler.Address(DaskPackage.Dashboard), "json/identity.json")),
                body => body.Contains($"\"tcp://{context.Host}:{Text(context.Ports[Comm])}\"", StringComparison.Ordinal)
                    ? null : "the scheduler does not list the worker yet")
            : new ReadinessProbe.Tcp(context.Host, context.Ports[Comm]));

    /// <summary>The path under which the dashboard is reached through the console; Dask itself serves under it too.</summary>
    public static string Prefix(ClusterSettings settings) => $"/ui/{settings.Cluster.Name}/{DaskPackage.Dashboard}";

    public static string Page(ClusterSettings settings, string address, string path) => $"http://{address}{Prefix(settings)}/{path}";

    private CommandOutcome Python(string module, IReadOnlyList<string> arguments)
    {
        var command = new TaskCommand(
            "/usr/bin/python3", ["-m", module, .. arguments],
            new Dictionary<string, string> { ["DP_LAKE"] = settings.LakePath, ["DP_LAKE_URI"] = settings.LakeUri },
            settings.Artifacts.Python is { } python ? [new ArtifactLink(python, "python", Unpack: true)] : [], []);
        return settings.Artifacts.Python is null
            ? command
            : SandboxPaths.Within(command, new Dictionary<string, string> { ["PYTHONPATH"] = "python/site-packages" });
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
