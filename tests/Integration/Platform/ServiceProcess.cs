using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace DataPlatform.Integration.Tests.Platform;

/// <summary>A real process of the platform: started, killed, started again with the same work directory, and stopped by its id.</summary>
internal sealed partial class ServiceProcess(string program, string project, string workDirectory, IReadOnlyList<string> arguments) : IAsyncDisposable
{
    private readonly StringBuilder log = new();
    private Process? process;

    public string WorkDirectory => workDirectory;

    /// <summary>Variables that the process gets besides this one's.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>What stands before the program to start it elsewhere than in this process's network, under the same process id.</summary>
    public IReadOnlyList<string> Enter { get; init; } = [];

    public Uri Endpoint { get; private set; } = new("http://127.0.0.1");

    public int Id => process!.Id;

    public string Log
    {
        get
        {
            lock (log) return log.ToString();
        }
    }

    /// <param name="more">Arguments of this start alone.</param>
    public async Task StartAsync(params string[] more)
    {
        Directory.CreateDirectory(workDirectory);
        var endpoint = Path.Combine(workDirectory, "endpoint");
        File.Delete(endpoint);
        string[] command = [.. Enter, Locate(), "--work-dir", workDirectory, .. arguments, .. more];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("DP_CONFIG");
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Eventually.HoldsAsync(() => File.Exists(endpoint) || process.HasExited, $"{program} to serve", () => Log);
        process.HasExited.ShouldBeFalse(Log);
        Endpoint = new Uri((await File.ReadAllTextAsync(endpoint)).Trim());
    }

    /// <summary>As <c>kill -9</c>: nothing of the process runs any more when this returns.</summary>
    public async Task CrashAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; returns the exit status.</summary>
    public async Task<int> StopAsync()
    {
        if (!process!.HasExited)
        {
            _ = Signal(process.Id, 15);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await process.WaitForExitAsync(patience.Token);
        }
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (process is null) return;
        try
        {
            await StopAsync();
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new InvalidOperationException($"{program} does not stop within 30 s:\n{Log}");
        }
        finally
        {
            process.Dispose();
        }
    }

    /// <summary>The program as it was built, in its own project's output.</summary>
    private string Locate()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var built = Path.Combine(output.Parent!.Parent!.FullName, project, output.Name, program);
        return File.Exists(built) ? built : Path.Combine(AppContext.BaseDirectory, program);
    }

    private void Append(string? line)
    {
        if (line is null) return;
        lock (log) log.AppendLine(line);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
