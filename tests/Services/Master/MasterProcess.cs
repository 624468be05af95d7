using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;

namespace DataPlatform.Services.Tests.Master;

/// <summary>A real dp-master on a free port, with a work directory of its own that goes away with it.</summary>
public sealed class MasterProcess : IAsyncDisposable
{
    private static readonly HttpClient Http = new();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string directory = Directory.CreateTempSubdirectory("dp-master-test-").FullName;
    private readonly string[] flags;
    private Process process = null!;
    private int port;

    private MasterProcess(string[] flags) => this.flags = flags;

    public Uri Endpoint { get; private set; } = null!;

    public string WorkDirectory => Path.Combine(directory, "work");

    public bool HasExited => process.HasExited;

    public int ProcessId => process.Id;

    /// <summary>SIGSTOP: it does nothing and does not know that time passes.</summary>
    public void Pause() => kill(process.Id, 19).ShouldBe(0);

    /// <summary>SIGCONT.</summary>
    public void Resume() => kill(process.Id, 18).ShouldBe(0);

    public static Task<MasterProcess> StartAsync(params string[] flags) => StartAsync(_ => { }, flags);

    /// <param name="prepare">Gets the work directory, which is there, before the master is.</param>
    public static async Task<MasterProcess> StartAsync(Action<string> prepare, params string[] flags)
    {
        var master = new MasterProcess(flags);
        Directory.CreateDirectory(master.WorkDirectory);
        prepare(master.WorkDirectory);
        await master.StartAgainAsync();
        return master;
    }

    /// <summary>Starts on the same work directory and port as before.</summary>
    public async Task StartAgainAsync()
    {
        process = Start(["--work-dir", WorkDirectory, "--port", port.ToString(), .. flags]);
        var deadline = Stopwatch.StartNew();
        while (!await ServesAsync())
        {
            if (!process.HasExited && deadline.Elapsed <= Patience)
            {
                await Task.Delay(10);
                continue;
            }

            process.Kill();
            throw new InvalidOperationException($"dp-master did not start: {await process.StandardError.ReadToEndAsync()}");
        }

        port = Endpoint.Port;
    }

    private async Task<bool> ServesAsync()
    {
        var endpointFile = Path.Combine(WorkDirectory, "endpoint");
        if (!File.Exists(endpointFile))
            return false;
        Endpoint = new Uri((await File.ReadAllTextAsync(endpointFile)).Trim());
        try
        {
            // The file of a master that was killed is still there when the next one starts.
            return (await Http.GetAsync(new Uri(Endpoint, "/version"))).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>As the power goes: SIGKILL.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        kill(process.Id, 15).ShouldBe(0);
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode;
    }

    /// <summary>What it has said, to its end.</summary>
    public Task<string> ReadLogAsync() => process.StandardOutput.ReadToEndAsync();

    /// <summary>Runs dp-master to its end: for starts that must be refused.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        return (process.ExitCode, await output, await error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private static Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "dp-master"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int pid, int signal);
}
