using System.Diagnostics;
using System.Globalization;

namespace DataPlatform.Benchmarks.Live;

/// <summary>A process that ends with this object, asked first and then made to. Its output goes to a file.</summary>
internal sealed class StartedProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly string _log;
    private readonly Task _copying;

    public StartedProcess(string program, IEnumerable<string> arguments, string log, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        _log = log;
        _process = Process.Start(start)!;
        _process.StandardInput.Close();
        _copying = CopyAsync();
    }

    public bool HasExited => _process.HasExited;

    /// <summary>What the process last said, for reasons.</summary>
    public string Tail => File.Exists(_log) ? string.Join(" | ", File.ReadLines(_log).TakeLast(3)) : "";

    /// <summary>Resident memory in MB (10^6 bytes).</summary>
    public double ResidentMegabytes => File.ReadLines($"/proc/{_process.Id}/status")
        .Where(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Select(line => double.Parse(line["VmRSS:".Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.Any, CultureInfo.InvariantCulture) * 1024 / 1e6)
        .First();

    /// <summary>Processor time so far in milliseconds, of the process and of the children it has waited for.</summary>
    public (double Own, double Children) ProcessorMilliseconds
    {
        get
        {
            // Fields of proc(5) after the name, which may hold spaces: utime, stime, cutime, cstime in hundredths of a second.
            var stat = File.ReadAllText($"/proc/{_process.Id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            double Ticks(int place) => double.Parse(fields[place], CultureInfo.InvariantCulture) * 10;
            return (Ticks(11) + Ticks(12), Ticks(13) + Ticks(14));
        }
    }

    /// <summary>As a crash ends it.</summary>
    public Task KillAsync()
    {
        _process.Kill();
        return _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using var asking = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            using var limit = new CancellationTokenSource(Patience);
            await _process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);
        }

        await _copying;
        _process.Dispose();
    }

    private async Task CopyAsync()
    {
        await using var log = new StreamWriter(new FileStream(_log, FileMode.Create, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        var writing = new object();
        await Task.WhenAll(CopyAsync(_process.StandardOutput), CopyAsync(_process.StandardError));

        async Task CopyAsync(StreamReader from)
        {
            while (await from.ReadLineAsync() is { } line)
            {
                lock (writing)
                    log.WriteLine(line);
            }
        }
    }
}
