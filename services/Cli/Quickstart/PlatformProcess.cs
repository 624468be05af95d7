using System.Diagnostics;
using DataPlatform.Services.Cli.Programs;

namespace DataPlatform.Services.Cli.Quickstart;

/// <summary>One part of the platform as a process that ends, in order, with this one.</summary>
public sealed class PlatformProcess : IDisposable
{
    private const int LinesShown = 15;

    private readonly Process process;
    private readonly string log;
    private readonly string endpoint;

    private PlatformProcess(string name, Process process, string log, string endpoint) =>
        (Name, this.process, this.log, this.endpoint) = (name, process, log, endpoint);

    public string Name { get; }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    /// <param name="workDirectory">Where the program writes its <c>endpoint</c> file; its log comes beside it.</param>
    public static PlatformProcess Start(string name, SiblingProgram program, string workDirectory, string mark, IEnumerable<string> arguments)
    {
        var path = program.Locate() ?? throw new QuickstartException($"{program.FileName} is neither beside dp nor built; './dp' builds it");
        Directory.CreateDirectory(workDirectory);
        var (log, endpoint) = ($"{workDirectory}.{QuickstartSettings.FileOfLog}", Path.Combine(workDirectory, "endpoint"));
        File.Delete(endpoint);
        var process = BoundProcess.Start([path, .. arguments], log, workDirectory, new Dictionary<string, string> { [Leftovers.Mark] = mark });
        return new PlatformProcess(name, process, log, endpoint);
    }

    /// <summary>Waits until the program says where it serves.</summary>
    /// <exception cref="QuickstartException">It ended, or said nothing in time; the message has the end of its log.</exception>
    public async Task<string> EndpointAsync(TimeSpan limit, CancellationToken cancellation)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < limit;)
        {
            if (File.Exists(endpoint)) return (await File.ReadAllTextAsync(endpoint, cancellation)).Trim();
            if (process.HasExited) throw new QuickstartException(Ended());
            await Task.Delay(20, cancellation);
        }
        throw new QuickstartException($"{Name} does not serve after {limit.TotalSeconds:0} s.{EndOfLog()}");
    }

    public string Ended() => $"{Name} ended with status {process.ExitCode}.{EndOfLog()}";

    /// <summary>Completes when the program ends by itself.</summary>
    public Task ExitAsync(CancellationToken cancellation) => process.WaitForExitAsync(cancellation);

    /// <summary>SIGTERM, and SIGKILL when that is not heard in time. Returns what had to be done, or null when it ended well.</summary>
    /// <param name="hurry">Kills it at once; that it did not end in order is then no complaint.</param>
    public async Task<string?> StopAsync(TimeSpan grace, CancellationToken hurry)
    {
        if (process.HasExited) return process.ExitCode is 0 or 143 ? null : Ended();
        Signals.AskToEnd(process.Id);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(hurry);
        limit.CancelAfter(grace);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode is 0 or 143 ? null : Ended();
        }
        catch (OperationCanceledException)
        {
            Signals.Kill(process.Id);
            await process.WaitForExitAsync(CancellationToken.None);
            return hurry.IsCancellationRequested ? null : $"{Name} did not stop within {grace.TotalSeconds:0} s of SIGTERM and was killed.{EndOfLog()}";
        }
    }

    public void Dispose() => process.Dispose();

    private string EndOfLog()
    {
        try
        {
            return $" The end of {log}:\n" + string.Join('\n', File.ReadLines(log).TakeLast(LinesShown).Select(line => $"    {line}"));
        }
        catch (IOException)
        {
            return "";
        }
    }
}
