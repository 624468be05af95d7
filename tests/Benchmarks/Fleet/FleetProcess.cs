using System.Diagnostics;
using System.Globalization;

namespace DataPlatform.Benchmarks.Fleet;

/// <summary>Emulated agents in a process of their own, which ends with this object or with this process.</summary>
internal sealed class FleetProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _reading;
    private volatile Counts _counts = new(0, 0, 0, 0, 0, "");
    private volatile bool _held;

    /// <param name="isLasting">Tasks run until they are killed.</param>
    /// <param name="sharedPort">Of the master, where it speaks HTTP/2; null for a connection an agent.</param>
    public FleetProcess(Uri master, int agents, bool isLasting = false, int? sharedPort = null)
    {
        List<string> further = isLasting ? [FleetCommand.Lasting] : [];
        if (sharedPort is { } port)
            further.Add(string.Create(CultureInfo.InvariantCulture, $"{FleetCommand.Shared}{port}"));
        var start = new ProcessStartInfo(Environment.ProcessPath!, [FleetCommand.Name, master.ToString(), agents.ToString(CultureInfo.InvariantCulture), .. further])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        _reading = ReadAsync();
    }

    public Counts Now => _counts;

    public double ProcessorMilliseconds => _process.TotalProcessorTime.TotalMilliseconds;

    /// <exception cref="TimeoutException">It did not hold within <paramref name="limit"/>.</exception>
    public async Task UntilAsync(Func<Counts, bool> condition, string what, TimeSpan limit, CancellationToken cancellation)
    {
        for (var watch = Stopwatch.StartNew(); !condition(_counts); await Task.Delay(10, cancellation))
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"the fleet ended with {_process.ExitCode} before {what}");
            if (watch.Elapsed > limit)
                throw new TimeoutException($"not {what} within {limit.TotalSeconds:0} s: {_counts}");
        }
    }

    /// <summary>From their next registration on the agents hold this many running tasks each.</summary>
    public async Task HoldAsync(int tasks, CancellationToken cancellation)
    {
        await _process.StandardInput.WriteLineAsync($"hold {tasks.ToString(CultureInfo.InvariantCulture)}".AsMemory(), cancellation);
        await _process.StandardInput.FlushAsync(cancellation);
        await UntilAsync(_ => _held, "holding tasks", TimeSpan.FromMinutes(1), cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.HasExited)
            _process.Kill();
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Split(' ', 7) is ["counters", var registrations, var launched, var finished, var broken, var refused, var failure])
                _counts = new Counts(Number(registrations), Number(launched), Number(finished), Number(broken), Number(refused), failure);
            else if (line == "held")
                _held = true;
        }

        static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>See <see cref="FleetCounters"/>; at most a tenth of a second old.</summary>
    internal sealed record Counts(long Registrations, long Launched, long Finished, long BrokenStreams, long RefusedUpdates, string LastFailure);
}
