using System.Text;
using DataPlatform.Services.Agent.Isolation;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Images;

/// <summary>What a run of podman said.</summary>
internal sealed record PodmanAnswer(int Status, string Output, string Error)
{
    /// <summary>Its last words, for a message.</summary>
    public string Complaint => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() is { } line
        ? line.Length > 300 ? line[..300] + "..." : line
        : $"it ended with status {Status} and said nothing";
}

/// <summary>Runs podman on a store of the agent's own, so that nobody else's images are touched and none of theirs are used.</summary>
/// <param name="program">An absolute path.</param>
/// <param name="folder">The agent's alone.</param>
internal sealed class Podman(string program, string folder, ProcessWatch watch)
{
    private const int MostOutput = 4 * 1024 * 1024;

    /// <summary>Null when this host has none.</summary>
    public static string? Find() => TaskEnvironment.SearchPath.Split(':').Select(each => Path.Combine(each, "podman")).FirstOrDefault(File.Exists);

    /// <param name="patience">After which it is ended.</param>
    /// <exception cref="IOException">It can't be started, or took too long.</exception>
    public async Task<PodmanAnswer> RunAsync(IReadOnlyList<string> arguments, TimeSpan patience, CancellationToken cancellation)
    {
        var temporary = Path.Combine(folder, "tmp");
        Directory.CreateDirectory(temporary);
        var (output, error) = (Path.Combine(temporary, $"said-{Guid.NewGuid():n}"), Path.Combine(temporary, $"error-{Guid.NewGuid():n}"));
        try
        {
            var status = await RunAsync(arguments, temporary, output, error, patience, cancellation);
            return new PodmanAnswer(status, Read(output), Read(error));
        }
        finally
        {
            File.Delete(output);
            File.Delete(error);
        }
    }

    private async Task<int> RunAsync(IReadOnlyList<string> arguments, string temporary, string output, string error, TimeSpan patience, CancellationToken cancellation)
    {
        using var outputFile = File.OpenHandle(output, FileMode.CreateNew, FileAccess.Write);
        using var errorFile = File.OpenHandle(error, FileMode.CreateNew, FileAccess.Write);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = TaskEnvironment.SearchPath, ["HOME"] = folder, ["TMPDIR"] = temporary, ["LANG"] = "C.UTF-8",
        };
        using var before = new SystemCalls();
        TaskNamespaces.OwnMounts(before); // What it mounts below its store goes with it, however it ends.
        var pid = Spawn.Start(new ProcessStart(
            program,
            [
                "podman", "--root", Path.Combine(folder, "storage"), "--runroot", Path.Combine(folder, "run"), "--tmpdir", Path.Combine(folder, "state"),
                "--storage-driver", "overlay", "--events-backend", "none", "--cgroup-manager", "cgroupfs", .. arguments,
            ],
            environment, folder, [outputFile, errorFile]) { Before = before });
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
            throw new IOException($"podman {arguments[0]} took longer than {patience.TotalSeconds:0} s");
        }
    }

    private static string Read(string path)
    {
        using var file = File.OpenHandle(path);
        var content = new byte[Math.Min(RandomAccess.GetLength(file), MostOutput)];
        return Encoding.UTF8.GetString(content, 0, RandomAccess.Read(file, content, 0));
    }
}
