using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>What came of running a program.</summary>
internal abstract record ProgramOutcome
{
    private ProgramOutcome()
    {
    }

    public sealed record Done : ProgramOutcome;

    /// <param name="Reason">The error lines that the program wrote last, or why it was ended or never began.</param>
    public sealed record Failed(string Reason) : ProgramOutcome
    {
        /// <summary>What it wrote last, errors and all else.</summary>
        public IReadOnlyList<string> Lines { get; init; } = [];
    }
}

/// <summary>Runs a program without a shell, reads what it says line by line and ends it when it falls silent.</summary>
internal sealed class ProgramRun(string program, TimeSpan patience)
{
    private const int KeptLines = 200;
    private const int Terminate = 15;
    private readonly Queue<string> said = new();
    private long lastSign = Stopwatch.GetTimestamp();
    private bool isEnough;

    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Where it works; null for where this process does.</summary>
    public string? Folder { get; init; }

    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public Action<string>? OnLine { get; init; }

    /// <summary>Counts something that grows while the program works silently, such as the bytes that it fetched.</summary>
    public Func<long>? Sign { get; init; }

    /// <summary>Whether a line says that the program has done what it was to do: it is asked to end, and however it ends is right.</summary>
    public Func<string, bool>? Enough { get; init; }

    public IEnumerable<string> Lines => said;

    public async Task<ProgramOutcome> RunAsync(CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder ?? "",
        };
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;

        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception absent)
        {
            return new ProgramOutcome.Failed($"{program} can't be started: {absent.Message}");
        }

        process.StandardInput.Close();
        var reading = Task.WhenAll(ReadAsync(process, process.StandardOutput), ReadAsync(process, process.StandardError));
        try
        {
            if (!await WatchAsync(process, cancellation))
                return new ProgramOutcome.Failed($"{Path.GetFileName(program)} made no progress for {patience.TotalSeconds:0} s");
            await reading.WaitAsync(cancellation);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }

        return process.ExitCode == 0 || isEnough ? new ProgramOutcome.Done() : new ProgramOutcome.Failed(Complaint(process.ExitCode)) { Lines = [.. said] };
    }

    private async Task<bool> WatchAsync(Process process, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        var exit = process.WaitForExitAsync(cancellation);
        var seen = Sign?.Invoke() ?? 0;
        while (await Task.WhenAny(exit, timer.WaitForNextTickAsync(cancellation).AsTask()) != exit)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Sign?.Invoke() is { } now && now != seen)
            {
                seen = now;
                Interlocked.Exchange(ref lastSign, Stopwatch.GetTimestamp());
            }

            if (Stopwatch.GetElapsedTime(Interlocked.Read(ref lastSign)) > patience)
                return false;
        }

        await exit;
        return true;
    }

    private async Task ReadAsync(Process process, StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            Interlocked.Exchange(ref lastSign, Stopwatch.GetTimestamp());
            lock (said)
            {
                said.Enqueue(line);
                if (said.Count > KeptLines)
                    said.Dequeue();
                OnLine?.Invoke(line);
                if (!isEnough && Enough?.Invoke(line) == true)
                {
                    isEnough = true;
                    _ = Signal(process.Id, Terminate);
                }
            }
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int process, int signal);

    private string Complaint(int exitCode)
    {
        var errors = said.Where(line => line.Contains("ERROR", StringComparison.Ordinal) && line.Length > "[ERROR] ".Length)
            .Select(line => line.Replace("[ERROR] ", "", StringComparison.Ordinal).Replace("ERROR: ", "", StringComparison.Ordinal).Trim());
        var text = string.Join(" ", errors.Take(2));
        text = text.Length > 0 ? text : said.LastOrDefault(line => line.Trim().Length > 0) ?? "it said nothing";
        return $"{Path.GetFileName(program)} ended with {exitCode}: {(text.Length > 500 ? text[..500] + "..." : text)}";
    }
}
