using System.Diagnostics;

namespace DataPlatform.Integration.Tests.Operators;

/// <summary>A real master and real agents, each a process of its own, in a folder that goes away with them.</summary>
public sealed class RealPool : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly List<Process> processes = [];

    private RealPool(string folder) => Folder = folder;

    public string Folder { get; }

    public Uri Master { get; private set; } = new("http://127.0.0.1");

    /// <param name="cache">The fetcher's cache, shared by all agents; kept when the pool goes away.</param>
    /// <param name="zone">That agents are in, where # stands for the agent's number; null for none.</param>
    public static async Task<RealPool> StartAsync(int agents, string resources, string? cache = null, string? zone = null)
    {
        var pool = new RealPool(Directory.CreateTempSubdirectory("dp-pool-").FullName);
        try
        {
            pool.Master = await pool.StartAsync("dp-master", "master", ["--port", "0"]);
            cache ??= Path.Combine(pool.Folder, "cache");
            await Task.WhenAll(Enumerable.Range(0, agents).Select(index => pool.StartAsync("dp-agent", $"agent-{index}",
            [
                "--master", pool.Master.ToString(), "--port", "0", "--fetcher-cache-dir", cache, "--stop-tasks-on-exit", "true", "--task-folders", Path.Combine(pool.Folder, "lake"),
                "--resources", $"{resources};ports:[{31000 + (index * 200)}-{31199 + (index * 200)}]",
                .. zone is null ? (string[])[] : ["--attributes", $"zone:{zone.Replace("#", index.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)}"],
            ])));
            return pool;
        }
        catch
        {
            await pool.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Agents first: they end their tasks.
        foreach (var process in Enumerable.Reverse(processes))
        {
            if (!process.HasExited)
                using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
                    await kill.WaitForExitAsync();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
            }
            process.Dispose();
        }
        Directory.Delete(Folder, recursive: true);
    }

    private async Task<Uri> StartAsync(string program, string name, string[] arguments)
    {
        var work = Path.Combine(Folder, name);
        Directory.CreateDirectory(work);
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, program)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["--work-dir", work, .. arguments])
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        lock (processes)
            processes.Add(process);
        var said = new System.Collections.Concurrent.ConcurrentQueue<string?>();
        process.OutputDataReceived += (_, line) => said.Enqueue(line.Data);
        process.ErrorDataReceived += (_, line) => said.Enqueue(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var endpoint = Path.Combine(work, "endpoint");
        var since = Stopwatch.StartNew();
        while (!File.Exists(endpoint))
        {
            if (process.HasExited || since.Elapsed > StartLimit)
                throw new InvalidOperationException($"{program} does not serve: {string.Join('\n', said)}");
            await Task.Delay(20);
        }
        return new Uri((await File.ReadAllTextAsync(endpoint)).Trim());
    }
}
