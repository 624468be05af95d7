using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Benchmarks.Live;

/// <summary>A master and agents as processes of their own, in a folder that goes with them.</summary>
internal sealed class LivePlatform : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dp-bench-");
    private readonly List<StartedProcess> _agents = [];

    private StartedProcess? _controlPlane;

    private LivePlatform(int port) => Address = new Uri($"http://127.0.0.1:{port}");

    public Uri Address { get; }

    public string Folder => _folder.FullName;

    /// <summary>Tasks see it where it is.</summary>
    public string Lake => Path.Combine(Folder, "lake");

    public StartedProcess ControlPlane => _controlPlane ?? throw new InvalidOperationException("no control plane was started");

    public StartedProcess Master { get; private set; } = null!;

    public IReadOnlyList<StartedProcess> Agents => _agents;

    /// <summary>Returns as soon as the processes run; they may not serve yet.</summary>
    public static LivePlatform Start(int agents, string resources) => Start(agents, _ => resources);

    /// <param name="resources">Of each, by its number: agents of one host must have ports of their own where tasks take any.</param>
    public static LivePlatform Start(int agents, Func<int, string> resources)
    {
        var platform = new LivePlatform(FreePort());
        Directory.CreateDirectory(platform.Lake);
        platform.Master = platform.Start(Programs.Master!, "master",
            ["--ip", "127.0.0.1", "--port", platform.Address.Port.ToString(CultureInfo.InvariantCulture)]);
        for (var agent = 0; agent < agents; agent++)
        {
            platform._agents.Add(platform.Start(Programs.Agent!, $"agent-{agent}",
                ["--master", platform.Address.ToString(), "--ip", "127.0.0.1", "--port", "0", "--resources", resources(agent), "--stop-tasks-on-exit", "--task-folders", platform.Lake]));
        }

        return platform;
    }

    /// <summary>Engines' files come from where <c>./dp</c> says, and are kept for the next run.</summary>
    public async Task<ControlPlaneClient> StartControlPlaneAsync(CancellationToken cancellation)
    {
        var store = Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            "dataplatform", "test-store");
        var configuration = Path.Combine(Folder, "cli.json");
        _controlPlane = Start(Programs.Find("DataPlatform.Services.ControlPlane", "dp-control-plane")!, "control-plane",
            ["--master", Address.ToString(), "--ip", "127.0.0.1", "--port", "0", "--lake", Lake, "--store", store, "--cli-config", configuration]);
        while (!File.Exists(Path.Combine(Folder, "control-plane", "endpoint")) || !File.Exists(configuration))
        {
            if (_controlPlane.HasExited)
                throw new InvalidOperationException($"the control plane ended by itself: {_controlPlane.Tail}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellation);
        }

        return new ControlPlaneClient(ControlPlaneAddress.Read(configuration));
    }

    /// <summary>Until master and agents can be called, for clients that don't try again.</summary>
    public async Task ServesAsync(CancellationToken cancellation)
    {
        while (!_folder.EnumerateDirectories().Where(each => each.Name == "master" || each.Name.StartsWith("agent-", StringComparison.Ordinal))
            .All(each => File.Exists(Path.Combine(each.FullName, "endpoint"))))
        {
            if (WhyDown is { } reason)
                throw new InvalidOperationException(reason);
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellation);
        }
    }

    /// <summary>Null while all run.</summary>
    public string? WhyDown => new[] { Master }.Concat(_agents).FirstOrDefault(process => process.HasExited) is { } ended
        ? $"a process ended by itself: {ended.Tail}"
        : null;

    public async ValueTask DisposeAsync()
    {
        if (_controlPlane is not null)
            await _controlPlane.DisposeAsync();
        foreach (var agent in _agents)
            await agent.DisposeAsync();
        await Master.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private StartedProcess Start(string program, string name, IEnumerable<string> arguments)
    {
        var work = _folder.CreateSubdirectory(name).FullName;
        return new StartedProcess(program, [.. arguments, "--work-dir", work], Path.Combine(_folder.FullName, $"{name}.log"));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
