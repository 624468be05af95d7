using System.Globalization;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Dask;

/// <summary>Dask's processes as tasks. The same modules start it from the locked environment and from Debian's packages.</summary>
internal sealed class DaskProcesses(ClusterSettings settings, string folder)
{
    public const string Comm = "comm";

    private const string Listed = "listed.py";

    // The interpreter and the libraries that a worker loads before it holds any data.
    private const int WorkerOverhead = 256;

    private readonly Lazy<ClusterKeys> keys = new(() => DaskCertificates.Of(settings));

    public TaskSpecification Scheduler() => new(
        "", new TaskResources(300, 512, 128), [Comm, DaskPackage.Dashboard],
        context => Python(
            "distributed.cli.dask_scheduler",
            [
                "--protocol", "tls", "--host", context.Host, "--port", Text(context.Ports[Comm]), "--dashboard-address", $"{context.Host}:{Text(context.Ports[DaskPackage.Dashboard])}",
                "--dashboard-prefix", Prefix(settings).TrimStart('/'), "--no-show",
            ]),
        context => new ReadinessCheck.Http(DaskPackage.Dashboard, $"{Prefix(settings)}/health", "^ok"))
    {
        Activity = _ =>
        [
            new ActivityLook(
                new LookWay.Http(DaskPackage.Dashboard, $"{Prefix(settings)}/json/counts.json"),
                [
                    new ActivitySign(SignKind.Busy, "tasks", new SignPlace.Json("$.processing")),
                    new ActivitySign(SignKind.Busy, "waiting tasks", new SignPlace.Json("$.waiting")),
                    // One stands for tasks that nobody waits for.
                    new ActivitySign(SignKind.Busy, "clients", new SignPlace.Json("$.clients")) { Above = 1 },
                ]),
        ],
    };

    public TaskSpecification Worker() => new(
        "", new TaskResources(settings.Number("threads") * 1000L, settings.Number("memory") + WorkerOverhead, 1024), [Comm],
        context => context.Peer(DaskPackage.Scheduler) is { } scheduler
            ? Python(
                "distributed.cli.dask_worker",
                [
                    $"tls://{scheduler.Address(Comm)}", "--protocol", "tls", "--host", context.Host, "--worker-port", Text(context.Ports[Comm]), "--name", context.Name,
                    "--nthreads", Text(settings.Number("threads")), "--memory-limit", $"{Text(settings.Number("memory"))}MiB", "--local-directory", "scratch",
                    // The agent watches the process and the operator replaces it: no second watcher is needed.
                    "--no-nanny", "--no-dashboard",
                ],
                FileTemplate.Read(Path.Combine(folder, Listed)).Render(Listed, new Dictionary<string, string>(0)))
            : new CommandOutcome.Waiting("the scheduler has no place yet"),
        // A worker listens before the scheduler knows it: only the scheduler can tell, and on no page but this one: that of its identity fails once there is work.
        // Small and without libraries, as each worker starts it again and again.
        context => context.Peer(DaskPackage.Scheduler) is { } scheduler
            ? new ReadinessCheck.Command(
                "/usr/bin/python3",
                ["-I", "-S", Listed, Page(settings, scheduler.Address(DaskPackage.Dashboard), "info/main/workers.html"), $"tls://{context.Host}:{Text(context.Ports[Comm])}"])
            : new ReadinessCheck.Tcp(Comm));

    /// <summary>The path under which the dashboard is reached through the console; Dask itself serves under it too.</summary>
    public static string Prefix(ClusterSettings settings) => settings.PagePath(DaskPackage.Dashboard);

    public static string Page(ClusterSettings settings, string address, string path) => $"http://{address}{Prefix(settings)}/{path}";

    private CommandOutcome Python(string module, IReadOnlyList<string> arguments, params GeneratedFile[] files)
    {
        var command = new TaskCommand(
            "/usr/bin/python3", ["-m", module, .. arguments],
            new Dictionary<string, string>
            {
                ["DP_LAKE"] = settings.LakePath, ["DP_LAKE_URI"] = settings.LakeUri, ["DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION"] = "True",
            },
            settings.Artifacts.Python is { } python ? [new ArtifactLink(python, "python", Unpack: true)] : [], [.. files, .. keys.Value.Files]);
        var paths = new Dictionary<string, string>(keys.Value.Paths);
        if (settings.Artifacts.Python is not null)
            paths["PYTHONPATH"] = "python/site-packages";
        return SandboxPaths.Within(command, paths);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
