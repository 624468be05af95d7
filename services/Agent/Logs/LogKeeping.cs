using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Logs;

/// <summary>
/// The agent's side of the program that keeps its tasks' logs: starts it with the first task, again when it has ended, and takes over
/// from one that an earlier agent has left. For several threads.
/// </summary>
internal sealed class LogKeeping(string workDirectory, long maximumBytes, ProcessWatch watch, ILogger log) : IDisposable
{
    private static readonly TimeSpan WrittenWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan OpenedWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StartAgain = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<string, Kept> kept = new(StringComparer.Ordinal);
    private readonly string startedFile = Path.Combine(workDirectory, "meta", LogKeeperProgram.Name);
    private SafeFileHandle? orders;
    private bool disposed;

    /// <summary>From now on what comes through the run's pipes gets into its sandbox's files. Once for each run is enough.</summary>
    /// <param name="pipes">Let go of once the keeper has them; null where the task's supervisor holds them for sure.</param>
    public void Keep(string containerId, string runDirectory, string sandbox, LogPipes? pipes)
    {
        var mine = new Kept(runDirectory, sandbox, pipes);
        if (!LogPipes.Exist(runDirectory) || !kept.TryAdd(containerId, mine))
        {
            pipes?.Dispose();
            return;
        }

        lock (gate)
        {
            // One that has just been started is told of all that are kept.
            if (orders is not null || !TryStart())
                Order(containerId, mine);
        }
    }

    /// <summary>Completes when all that the run's task wrote is in its files; after a while in any case.</summary>
    public async Task WhenWrittenAsync(string containerId)
    {
        if (!kept.TryGetValue(containerId, out var mine))
            return;
        try
        {
            await mine.Written.Task.WaitAsync(WrittenWithin);
        }
        catch (TimeoutException)
        {
            log.LogWarning("The last lines of container {Container} are not in its files yet", containerId);
        }

        Forget(containerId);
    }

    /// <summary>Completes when nothing of this agent needs to hold the run's pipes any more; after a while in any case.</summary>
    public async Task WhenOpenedAsync(string containerId)
    {
        if (kept.TryGetValue(containerId, out var mine))
            await Task.WhenAny(mine.Opened.Task, Task.Delay(OpenedWithin));
    }

    public void Forget(string containerId)
    {
        if (kept.TryRemove(containerId, out var mine))
            mine.Pipes?.Dispose();
    }

    /// <summary>The program goes on as long as tasks do.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            orders?.Dispose();
        }
    }

    /// <returns>False when it could not be started; that is tried again later.</returns>
    private bool TryStart()
    {
        if (disposed)
            return false;
        try
        {
            EndOther();
            Start();
            foreach (var (containerId, each) in kept)
                Order(containerId, each);
            return true;
        }
        catch (IOException problem)
        {
            log.LogError("The logs of tasks are not kept for now: {Problem}", problem.Message);
            _ = Task.Run(StartAgainAsync);
            return false;
        }
    }

    private void Start()
    {
        using var order = new Channel();
        using var answer = new Channel();
        var pid = Spawn.Start(new ProcessStart(
            Environment.ProcessPath!, [.. Program(), LogKeeperProgram.Name, maximumBytes.ToString(CultureInfo.InvariantCulture)],
            Variables(), "/", [answer.In, null, order.Out]));
        var process = new ProcessIdentity(pid, ProcessStat.Of(pid)?.StartTicks ?? 0);
        SupervisorFiles.WriteIdentity(startedFile, pid);
        orders = order.TakeIn();
        var answers = answer.TakeOut();
        new Thread(() => Hear(answers), maxStackSize: 128 * 1024) { IsBackground = true, Name = "log answers" }.Start();
        _ = Task.Run(() => WatchAsync(process));
    }

    private async Task WatchAsync(ProcessIdentity process)
    {
        var status = await watch.WhenEnded(process);
        lock (gate)
        {
            orders?.Dispose();
            orders = null;
            if (disposed)
                return;
        }

        log.LogError("The program that keeps the logs of tasks has ended with status {Status}; another is started", status);
        await StartAgainAsync();
    }

    private async Task StartAgainAsync()
    {
        await Task.Delay(StartAgain);
        lock (gate)
        {
            if (orders is null && !kept.IsEmpty)
                TryStart();
        }
    }

    /// <summary>Two would tear lines apart.</summary>
    private void EndOther()
    {
        if (SupervisorFiles.ReadIdentity(startedFile) is not { } other || !ProcessStat.IsAlive(other) || !IsKeeper(other.Pid))
            return;
        _ = Libc.kill(other.Pid, Libc.SignalTerminate);
        var since = Environment.TickCount64;
        while (ProcessStat.IsAlive(other))
        {
            if (Environment.TickCount64 - since > EndsWithin.TotalMilliseconds)
                _ = Libc.kill(other.Pid, Libc.SignalKill);
            Thread.Sleep(2);
        }
    }

    private static bool IsKeeper(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/cmdline").Split('\0').Contains(LogKeeperProgram.Name);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return false; // It has just ended.
        }
    }

    private unsafe void Order(string containerId, Kept each)
    {
        if (orders is null)
            return;
        var order = Encoding.UTF8.GetBytes($"{containerId}\0{each.RunDirectory}\0{each.Sandbox}\0");
        fixed (byte* start = order)
        {
            // Short enough to go through the pipe in one piece. When nobody reads it, another keeper is told of it again.
            _ = Libc.write((int)orders.DangerousGetHandle(), start, (nuint)order.Length);
        }
    }

    private void Hear(SafeFileHandle answers)
    {
        using var lines = new StreamReader(new FileStream(answers, FileAccess.Read, bufferSize: 1));
        try
        {
            while (lines.ReadLine() is { Length: > 1 } line)
            {
                if (!kept.TryGetValue(line[1..], out var each))
                    continue;
                if (line[0] == '+')
                    each.Open();
                else
                    each.Written.TrySetResult();
            }
        }
        catch (IOException)
        {
            // It has ended, which is seen elsewhere.
        }
    }

    /// <summary>By the runtime's own host the program is the first argument.</summary>
    private static IEnumerable<string> Program() => Path.GetFileName(Environment.ProcessPath) == "dotnet"
        ? ["dotnet", Environment.GetCommandLineArgs()[0]]
        : [Environment.ProcessPath!];

    private static Dictionary<string, string> Variables()
    {
        var variables = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(each => (string)each.Key, each => (string?)each.Value ?? "", StringComparer.Ordinal);
        // It allocates next to nothing: a heap of a few megabytes is plenty.
        variables["DOTNET_GCgen0size"] = "0x100000";
        variables["DOTNET_GCHeapHardLimit"] = "0x4000000";
        return variables;
    }

    private sealed record Kept(string RunDirectory, string Sandbox, LogPipes? Pipes)
    {
        public TaskCompletionSource Opened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Open()
        {
            Pipes?.Dispose();
            Opened.TrySetResult();
        }
    }

    /// <summary>A pipe whose ends are closed again unless they are taken.</summary>
    private sealed unsafe class Channel : IDisposable
    {
        private SafeFileHandle? into;
        private SafeFileHandle? outOf;

        public Channel()
        {
            var ends = stackalloc int[2];
            if (Libc.pipe2(ends, OpenFlags.CloseOnExec) != 0)
                throw new IOException($"Cannot make a pipe: {System.Runtime.InteropServices.Marshal.GetLastPInvokeErrorMessage()}");
            (outOf, into) = (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
        }

        public SafeFileHandle In => into!;

        public SafeFileHandle Out => outOf!;

        public SafeFileHandle TakeIn() => Take(ref into);

        public SafeFileHandle TakeOut() => Take(ref outOf);

        public void Dispose()
        {
            into?.Dispose();
            outOf?.Dispose();
        }

        private static SafeFileHandle Take(ref SafeFileHandle? end)
        {
            var taken = end!;
            end = null;
            return taken;
        }
    }
}
