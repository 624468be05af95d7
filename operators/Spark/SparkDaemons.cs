using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Spark;

/// <summary>Spark's processes as tasks: what each is given and when it serves.</summary>
internal sealed class SparkDaemons(ClusterSettings settings, string folder)
{
    private const int DaemonHeap = 384;
    private const int DaemonOverhead = 256;

    // What an executor needs beside its heap: its own native memory and a Python worker for each core, with pandas and pyarrow loaded.
    private const int ExecutorOverhead = 1024 - DaemonHeap;
    private const int DriverOverhead = 512;
    private const string Configuration = "spark.conf";
    private const string ClassesPath = "spark/classes.jsa";

    // A daemon mostly waits: a short start is worth more to it than fast code.
    private static readonly string[] DaemonOptions = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

    public TaskSpecification Master() => new(
        "", new TaskResources(200, DaemonHeap + DaemonOverhead, 256), [SparkPorts.Rpc, SparkPorts.Page],
        context => Java(
            context, SparkPackage.Master, DaemonHeap, DaemonOptions, "org.apache.spark.deploy.master.Master",
            ["--host", context.Host, "--port", Port(context, SparkPorts.Rpc), "--webui-port", Port(context, SparkPorts.Page), "--properties-file", Configuration]),
        // The page of its whole state grows with the applications that have been, and says this last.
        context => new ReadinessCheck.Http(SparkPorts.Page, "/json/status", """
            "status"\s*:\s*"ALIVE"
            """))
    {
        // The Connect server is an application itself.
        Activity = _ => [new ActivityLook(new LookWay.Http(SparkPorts.Page, "/json/"), [new ActivitySign(SignKind.Busy, "applications", new SignPlace.Json("$.activeapps")) { Above = 1 }])],
    };

    public TaskSpecification Worker() => new(
        "",
        new TaskResources(settings.Number("worker_cores") * 1000L, settings.Number("worker_memory") + DaemonHeap + ExecutorOverhead, 1024),
        [SparkPorts.Rpc, SparkPorts.Page],
        context => AtServingMaster(context, master => Java(
            context, SparkPackage.Worker, DaemonHeap, DaemonOptions, "org.apache.spark.deploy.worker.Worker",
            [
                "--host", context.Host, "--port", Port(context, SparkPorts.Rpc), "--webui-port", Port(context, SparkPorts.Page),
                "--cores", Text(settings.Number("worker_cores")), "--memory", $"{settings.Number("worker_memory")}m",
                "--work-dir", "work", "--properties-file", Configuration, master,
            ])),
        // The master's address stands there once the worker has registered with it.
        context => new ReadinessCheck.Http(SparkPorts.Page, "/json/", """
            "masterurl"\s*:\s*"[^"]
            """));

    public TaskSpecification Connect() => new(
        "", new TaskResources(500, settings.Number("driver_memory") + DriverOverhead, 512), [SparkPorts.Grpc, SparkPorts.Rpc, SparkPorts.Blocks, SparkPorts.Page],
        context => AtMaster(context, master => Java(
            context, SparkPackage.Connect, settings.Number("driver_memory"), [], "org.apache.spark.deploy.SparkSubmit",
            [
                "--master", master, "--name", settings.Cluster.Name, "--properties-file", Configuration,
                "--conf", $"spark.connect.grpc.binding.address={context.Host}",
                "--conf", $"spark.connect.grpc.binding.port={Port(context, SparkPorts.Grpc)}",
                "--conf", $"spark.driver.host={context.Host}", "--conf", $"spark.driver.bindAddress={context.Host}",
                "--conf", $"spark.driver.port={Port(context, SparkPorts.Rpc)}",
                "--conf", $"spark.driver.blockManager.port={Port(context, SparkPorts.Blocks)}",
                "--conf", $"spark.ui.port={Port(context, SparkPorts.Page)}",
                "--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal",
            ])),
        context => new ReadinessCheck.Tcp(SparkPorts.Grpc))
    {
        Activity = _ =>
        [
            // Names begin with the application's id, which nobody knows before it runs. What the Connect server's own page says is no evidence: a request whose
            // client went away counts there as one that runs.
            new ActivityLook(
                new LookWay.Http(SparkPorts.Page, "/metrics/json/"),
                [
                    new ActivitySign(SignKind.Busy, "jobs", new SignPlace.Match("""
                        \.driver\.DAGScheduler\.job\.activeJobs"\s*:\s*\{\s*"value"\s*:\s*([0-9]+)
                        """)),
                    new ActivitySign(SignKind.Count, "jobs", new SignPlace.Match("""
                        \.driver\.DAGScheduler\.job\.allJobs"\s*:\s*\{\s*"value"\s*:\s*([0-9]+)
                        """)),
                ]),
        ],
    };

    /// <param name="program">As the package's class archives name it.</param>
    private TaskCommand Java(TaskContext context, string program, int heap, IReadOnlyList<string> options, string main, IReadOnlyList<string> arguments)
    {
        var classes = settings.Artifacts.JarsArchive is null ? null : settings.Artifacts.ClassArchives.GetValueOrDefault(program);
        var java = new TaskCommand(
            "/usr/bin/java",
            [
                .. JvmOptions.Read(folder), .. classes is null ? (string[])[] : [$"-XX:SharedArchiveFile={ClassesPath}", "-Xshare:auto"],
                .. options, $"-Xmx{heap}m", "-XX:+ExitOnOutOfMemoryError", "-cp", "spark/jars/*", main, .. arguments,
            ],
            new Dictionary<string, string>
            {
                ["SPARK_SCALA_VERSION"] = "2.13",
                ["SPARK_LOCAL_IP"] = context.Host,
                ["PYSPARK_PYTHON"] = "/usr/bin/python3",
            },
            [
                // One archive of all jars is one fetch and one link, where the jars themselves would be 176.
                .. settings.Artifacts.JarsArchive is { } archive
                    ? [new ArtifactLink(archive, "spark/jars", Unpack: true)]
                    : settings.Artifacts.Jars.Select(jar => new ArtifactLink(jar, $"spark/jars/{jar.Name}", Unpack: false)),
                .. classes is null ? Array.Empty<ArtifactLink>() : [new ArtifactLink(classes, ClassesPath, Unpack: false)],
                .. settings.Artifacts.Python is { } python ? [new ArtifactLink(python, "python", Unpack: true)] : Array.Empty<ArtifactLink>(),
            ],
            [SparkConfiguration.Render(folder, settings, Configuration)]);
        return SandboxPaths.Within(java, new Dictionary<string, string>
        {
            ["SPARK_HOME"] = "spark",
            ["SPARK_LOCAL_DIRS"] = "scratch",
            ["PYTHONPATH"] = "python/site-packages",
        });
    }

    private static CommandOutcome AtMaster(TaskContext context, Func<string, TaskCommand> command) =>
        context.Peer(SparkPackage.Master) is { } master
            ? command($"spark://{master.Address(SparkPorts.Rpc)}")
            : new CommandOutcome.Waiting("the master has no place yet");

    // A worker whose first question finds no master asks again after 5 to 15 s: longer than the master takes to start.
    private static CommandOutcome AtServingMaster(TaskContext context, Func<string, TaskCommand> command) =>
        context.Peer(SparkPackage.Master) is { Ready: false } ? new CommandOutcome.Waiting("the master does not serve yet") : AtMaster(context, command);

    private static string Port(TaskContext context, string name) => Text(context.Ports[name]);

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
