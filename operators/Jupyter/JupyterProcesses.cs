using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Jupyter;

/// <summary>JupyterLab, and the run of one notebook, as tasks.</summary>
internal sealed class JupyterProcesses(ClusterSettings settings)
{
    public const string Http = "http";
    public const string TokenSecret = "token";

    /// <summary>To no cluster.</summary>
    private static readonly ClusterConnection Alone = new("", "", Ready: true, new Dictionary<string, string>(0));

    private string Notebooks => Path.Combine(settings.LakePath, JupyterPackage.NotebookFolder);

    public TaskSpecification Lab() => new(
        "", new TaskResources(300, settings.Number("memory"), 512), [Http],
        context => Connected(connection => Python(
            [
                "-m", settings.Artifacts.Python is null ? "notebook" : "jupyterlab",
                // The token is read from the environment, the rest from the file.
                "--no-browser", "--allow-root",
            ],
            connection,
            [new GeneratedFile("config/jupyter_server_config.json", Configuration(context)), new GeneratedFile("config/jupyter_notebook_config.json", OldConfiguration(context))])),
        context => new ReadinessCheck.Http(Http, $"{BasePath(settings)}api", "version"))
    {
        Activity = _ => Activity(),
    };

    public TaskSpecification Execute() => new(
        "", new TaskResources(300, settings.Number("memory"), 512), [],
        context => Connected(connection => Python(
            [
                "-m", "nbconvert", "--to", "notebook", "--execute", Path.Combine(Notebooks, settings.Text("execute")),
                "--output-dir", Path.Combine(Notebooks, "executed"), "--output", settings.Text("execute"), "--ExecutePreprocessor.timeout=600",
            ],
            connection, [])),
        context => new ReadinessCheck.Running())
    {
        RunsOnce = true,
    };

    /// <summary>A cell that computes for long and prints nothing leaves no trace in the time of the last activity.</summary>
    private ActivityLook[] Activity()
    {
        var login = new Dictionary<string, string> { ["Authorization"] = $"token {settings.Secret(TokenSecret)}" };
        return
        [
            new ActivityLook(new LookWay.Http(Http, $"{BasePath(settings)}api/status", login), [new ActivitySign(SignKind.Time, "the server or a kernel", new SignPlace.Json("$.last_activity"))]),
            // Looking is no activity.
            new ActivityLook(
                new LookWay.Http(Http, $"{BasePath(settings)}api/kernels?no_track_activity=1", login),
                [new ActivitySign(SignKind.Busy, "kernels", new SignPlace.Match("\"execution_state\"\\s*:\\s*\"busy\""))]) { Expect = "^\\[" },
        ];
    }

    public static string BasePath(ClusterSettings settings) => settings.PagePath(JupyterPackage.Lab) + "/";

    private CommandOutcome Connected(Func<ClusterConnection, TaskCommand> command)
    {
        var name = settings.Text("cluster");
        if (name.Length == 0)
            return command(Alone);
        if (settings.Connection(name) is not { } connection)
            return new CommandOutcome.Waiting($"there is no cluster {name}");
        return connection.Ready ? command(connection) : new CommandOutcome.Waiting($"the cluster {name} is not ready");
    }

    private TaskCommand Python(IReadOnlyList<string> arguments, ClusterConnection connection, IReadOnlyList<GeneratedFile> files)
    {
        var environment = new Dictionary<string, string>(connection.Environment)
        {
            ["DP_LAKE"] = settings.LakePath,
            ["DP_LAKE_URI"] = settings.LakeUri,
            ["PYSPARK_PYTHON"] = "/usr/bin/python3",
            // A notebook's plots need no display.
            ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline",
        };
        var paths = new Dictionary<string, string>(connection.Keys.Paths)
        {
            ["HOME"] = "home", ["JUPYTER_CONFIG_DIR"] = "config", ["JUPYTER_RUNTIME_DIR"] = "runtime", ["JUPYTER_DATA_DIR"] = "data",
            ["IPYTHONDIR"] = "ipython", ["MPLCONFIGDIR"] = "matplotlib",
        };
        var artifacts = settings.Artifacts.Python is { } python ? (ArtifactLink[])[new ArtifactLink(python, "python", Unpack: true)] : [];
        var command = new TaskCommand("/usr/bin/python3", arguments, environment, artifacts, [.. files, .. connection.Keys.Files])
        {
            Secrets = new Dictionary<string, string>(connection.Keys.Variables) { ["JUPYTER_TOKEN"] = settings.Secret(TokenSecret) },
        };
        if (settings.Artifacts.Python is null)
            return SandboxPaths.Within(command, paths);
        paths["PYTHONPATH"] = "python/site-packages";
        paths["JUPYTER_PATH"] = "python/share/jupyter";
        paths["JUPYTERLAB_DIR"] = "python/share/jupyter/lab";
        return SandboxPaths.Within(command, paths);
    }

    private string Configuration(TaskContext context) => new JsonObject { ["ServerApp"] = Server(context) }.ToJsonString();

    // The notebook server of Debian 12 is configured under another name.
    private string OldConfiguration(TaskContext context) => new JsonObject { ["NotebookApp"] = Server(context, old: true) }.ToJsonString();

    private JsonObject Server(TaskContext context, bool old = false)
    {
        var server = new JsonObject
        {
            ["ip"] = context.Host,
            ["port"] = context.Ports[Http],
            ["port_retries"] = 0,
            ["base_url"] = BasePath(settings),
            ["open_browser"] = false,
            // Requests come through the console under its host name.
            ["allow_remote_access"] = true,
        };
        server[old ? "notebook_dir" : "root_dir"] = Notebooks;
        if (!old)
            server["jpserver_extensions"] = new JsonObject { ["jupyterlab"] = true, ["jupyter_server_terminals"] = true };
        return server;
    }
}
