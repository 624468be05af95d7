using DataPlatform.Core.Client.Administration;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Protocol;

namespace DataPlatform.Integration.Tests.Platform;

/// <summary>
/// A platform of real processes on free ports, in a directory of its own. When it is disposed nothing may be left: a process that
/// still runs in that directory fails the test.
/// </summary>
internal sealed class PlatformProcesses : IAsyncDisposable
{
    private static int lastPortBlock;
    private readonly bool open;
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("dp-integration-");
    private readonly List<ServiceProcess> agents = [];
    private readonly PlatformCredentials credentials;
    private ServiceProcess? controlPlane;
    private ServiceProcess? standby;

    private PlatformProcesses(bool open)
    {
        this.open = open;
        File.SetUnixFileMode(Directory.CreateDirectory(Shared).FullName, (UnixFileMode)0x1FF);
        credentials = new PlatformCredentials(Root);
        Master = new ServiceProcess("dp-master", "DataPlatform.Services.Master", Path.Combine(root.FullName, "master"), [
            "--ip", "127.0.0.1", .. open ? (string[])[] : ["--credentials", CredentialsFile, "--acls", credentials.AccessFile], "--agent-ping-timeout", "1secs", "--max-agent-ping-timeouts", "2"]);
    }

    public string Root => root.FullName;

    /// <summary>A folder that tests and tasks both write to; tasks see nothing else of <see cref="Root"/> but their sandboxes and the lake.</summary>
    public string Shared => Path.Combine(Root, "shared");

    public string CredentialsFile => credentials.AllFile;

    /// <summary>With it a framework of another's client is the principal <c>tests</c>.</summary>
    public string FrameworkSecret => credentials.Frameworks.Secret;

    public string CliConfig => Path.Combine(Root, "cli.json");

    public string Lake => Path.Combine(Root, "lake");

    public ServiceProcess Master { get; }

    public IReadOnlyList<ServiceProcess> Agents => agents;

    public ServiceProcess ControlPlane => controlPlane ?? throw new InvalidOperationException("no control plane was started");

    public string MasterPort => Master.Endpoint.Port.ToString();

    /// <param name="open">Without credentials, as a framework needs it that knows none.</param>
    public static async Task<PlatformProcesses> StartAsync(int agents = 1, bool open = false)
    {
        var platform = new PlatformProcesses(open);
        try
        {
            await platform.Master.StartAsync("--port", "0");
            for (var count = 0; count < agents; count++) await platform.AddAgentAsync();
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    public async Task<ServiceProcess> AddAgentAsync(string resources = "cpus:4;mem:8192;disk:20480")
    {
        var number = agents.Count + 1;
        var ports = 20_000 + (Interlocked.Increment(ref lastPortBlock) % 100 * 100);
        var agent = new ServiceProcess("dp-agent", "DataPlatform.Services.Agent", Path.Combine(Root, $"agent-{number}"), [
            "--master", Master.Endpoint.ToString(), "--ip", $"127.0.0.{number + 1}", "--port", "0", .. open ? (string[])["--allow-root-tasks"] : ["--credential", credentials.AgentFile, "--http-credentials", credentials.AgentCallersFile, "--acls", credentials.AccessFile],
            "--resources", $"{resources};ports:[{ports}-{ports + 99}]", "--fetcher-cache-dir", Path.Combine(Root, "cache"), "--fetcher-local-dirs", Root, "--task-folders", $"{Lake}:{Shared}",
            "--registration-backoff-factor", "100ms", "--cgroups-root", $"{Environment.GetEnvironmentVariable("DP_TEST_RUN") ?? "dptest"}-{Path.GetFileName(Root)}", "--stop-tasks-on-exit"]);
        agents.Add(agent);
        await agent.StartAsync();
        await Eventually.HoldsAsync(async () => await ActiveAgentsAsync() >= number, $"agent {number} to join", () => agent.Log);
        return agent;
    }

    /// <summary>Starts the control plane, or starts it again on what it had stored.</summary>
    /// <param name="debianOnly">Nothing can be fetched: the engines' files are to be missing.</param>
    /// <param name="more">Further settings, where it is not started again.</param>
    public async Task<ControlPlaneClient> StartControlPlaneAsync(bool debianOnly = false, params string[] more)
    {
        controlPlane ??= ControlPlaneProcess("control-plane", CliConfig, debianOnly, more);
        await controlPlane.StartAsync();
        return new ControlPlaneClient(ControlPlaneAddress.Read(CliConfig));
    }

    /// <summary>Starts a second one, which follows the first where both have one database.</summary>
    /// <returns>With the token of the first.</returns>
    public async Task<ControlPlaneClient> StartStandbyAsync(params string[] more)
    {
        standby = ControlPlaneProcess("standby", Path.Combine(Root, "standby.json"), debianOnly: false, more);
        await standby.StartAsync();
        return new ControlPlaneClient(ControlPlaneAddress.Read(CliConfig) with { Url = standby.Endpoint.ToString() });
    }

    private ServiceProcess ControlPlaneProcess(string name, string cliConfig, bool debianOnly, string[] more)
    {
        var process = new ServiceProcess("dp-control-plane", "DataPlatform.Services.ControlPlane", Path.Combine(Root, name), [
            "--master", Master.Endpoint.ToString(), "--ip", "127.0.0.1", "--port", "0", "--credential", credentials.ControlPlaneFile, "--lake", Lake, "--cli-config", cliConfig,
            "--store", debianOnly ? Path.Combine(Root, "store") : EngineArtifacts.Store, .. debianOnly ? [] : EngineArtifacts.Folders, .. more]);
        if (debianOnly) EngineArtifacts.Withhold(process.Environment, Root);
        return process;
    }

    public TestFramework Framework(string role = "tests", MessageCodec? codec = null) =>
        new(new SchedulerClientSettings(Master.Endpoint, credentials.Frameworks, codec ?? MessageCodec.Protobuf) { LongestPause = TimeSpan.FromMilliseconds(500) }, role);

    public MasterOperatorClient Operator() => new(Master.Endpoint, credentials.Operators);

    public AgentClient Agent(int index) => new(agents[index].Endpoint, credentials.Operators);

    public async Task<int> ActiveAgentsAsync()
    {
        using var client = Operator();
        return (await client.GetAgentsAsync(CancellationToken.None)).Agents.Count(agent => agent.Active);
    }

    public async ValueTask DisposeAsync()
    {
        if (standby is not null) await standby.DisposeAsync();
        if (controlPlane is not null) await controlPlane.DisposeAsync();
        foreach (var agent in agents) await agent.DisposeAsync();
        await Master.DisposeAsync();
        await Eventually.HoldsAsync(() => Running().Count == 0, "all tasks to be gone", () => string.Join('\n', Running()));
        root.Delete(recursive: true);
    }

    /// <summary>Processes whose working directory lies in this platform's directory: its tasks.</summary>
    public IReadOnlyList<string> Running() => [.. Directory.EnumerateDirectories("/proc").Where(IsHere)];

    private bool IsHere(string process)
    {
        try
        {
            return int.TryParse(Path.GetFileName(process), out _) && File.ResolveLinkTarget(Path.Combine(process, "cwd"), false)?.FullName.StartsWith(Root + "/", StringComparison.Ordinal) == true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
