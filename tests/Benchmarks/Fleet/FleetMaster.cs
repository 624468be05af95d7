using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DataPlatform.Benchmarks.Live;

namespace DataPlatform.Benchmarks.Fleet;

/// <summary>A real master on a port that it keeps when it is started again, in a folder that goes with this object.</summary>
internal sealed class FleetMaster : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dp-bench-");
    private readonly int _port = FreePort();
    private readonly string[] _settings;
    private readonly IReadOnlyDictionary<string, string> _environment;

    /// <param name="settings">Further ones of the master.</param>
    public FleetMaster(IReadOnlyList<string>? settings = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        _settings = [.. settings ?? []];
        _environment = environment ?? new Dictionary<string, string>();
        Process = Start();
    }

    public Uri Address => new($"http://127.0.0.1:{_port.ToString(CultureInfo.InvariantCulture)}");

    public StartedProcess Process { get; private set; }

    /// <summary>kill -9, and the start of the one that takes over on its journal. Returns as soon as that runs; it may not serve yet.</summary>
    public async Task FailOverAsync()
    {
        await Process.KillAsync();
        await Process.DisposeAsync();
        Process = Start();
    }

    /// <summary>Waits until it answers.</summary>
    public async Task ServesAsync(HttpClient http, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(Address, "/health"), cancellation);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException) when (!Process.HasExited)
            {
                // Not listening yet.
            }

            await Task.Delay(10, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private StartedProcess Start() => new(
        Programs.Master!,
        ["--ip", "127.0.0.1", "--port", _port.ToString(CultureInfo.InvariantCulture), "--work-dir", Path.Combine(_folder.FullName, "master"), .. _settings],
        Path.Combine(_folder.FullName, "master.log"),
        _environment);

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
