using System.Text;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Launching;

/// <summary>What a program of the host said that ran to its end.</summary>
internal sealed record ProgramAnswer(int Status, string Output, string Error)
{
    /// <summary>Its last words, for a message.</summary>
    public string Complaint => (Error + "\n" + Output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [.., var line]
        ? line.Length > 300 ? line[..300] + "..." : line
        : $"it ended with status {Status} and said nothing";
}

/// <summary>Runs programs of the host for the agent itself: without a shell, with an environment of their own, bounded in time and in what is read of them.</summary>
/// <param name="folder">The agent's alone; for what they are told and say.</param>
internal sealed class HostProgram(string folder, ProcessWatch watch)
{
    private const int MostOutput = 4 * 1024 * 1024;

    /// <summary>Where a program is; null when this host has none of that name.</summary>
    public static string? Find(string name) => TaskEnvironment.SearchPath.Split(':').Select(each => Path.Combine(each, name)).FirstOrDefault(File.Exists);

    /// <param name="program">An absolute path.</param>
    /// <param name="environment">All of it.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="patience">After which it is ended.</param>
    /// <exception cref="IOException">It can't be started, or took too long.</exception>
    public async Task<ProgramAnswer> RunAsync(
        string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string input, SystemCalls? before, TimeSpan patience, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder, Hosting.Files.AtomicFile.OwnerFolder);
        var run = Path.Combine(folder, Guid.NewGuid().ToString("n"));
        var (told, output, error) = (run + ".told", run + ".output", run + ".error");
        try
        {
            await File.WriteAllTextAsync(told, input, cancellation);
            using var outputFile = File.OpenHandle(output, FileMode.CreateNew, FileAccess.Write);
            using var errorFile = File.OpenHandle(error, FileMode.CreateNew, FileAccess.Write);
            var pid = Spawn.Start(new ProcessStart(program, [Path.GetFileName(program), .. arguments], environment, folder, [outputFile, errorFile]) { Before = before, InputFile = told });
            var status = await EndAsync(pid, patience, cancellation)
                ?? throw new IOException($"{Path.GetFileName(program)} took longer than {patience.TotalSeconds:0} s");
            return new ProgramAnswer(status, Read(output), Read(error));
        }
        finally
        {
            foreach (var file in (string[])[told, output, error])
                File.Delete(file);
        }
    }

    /// <returns>Its exit status; null when it had to be ended.</returns>
    private async Task<int?> EndAsync(int pid, TimeSpan patience, CancellationToken cancellation)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bound.CancelAfter(patience);
        var ended = watch.WhenEnded(new ProcessIdentity(pid, ProcessStat.Of(pid)!.Value.StartTicks));
        try
        {
            return await ended.WaitAsync(bound.Token) ?? -1;
        }
        catch (OperationCanceledException)
        {
            _ = Libc.kill(-pid, Libc.SignalKill); // It leads its own group.
            await ended;
            cancellation.ThrowIfCancellationRequested();
            return null;
        }
    }

    private static string Read(string path)
    {
        using var file = File.OpenHandle(path);
        var content = new byte[Math.Min(RandomAccess.GetLength(file), MostOutput)];
        return Encoding.UTF8.GetString(content, 0, RandomAccess.Read(file, content, 0));
    }
}
