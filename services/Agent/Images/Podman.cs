using DataPlatform.Services.Agent.Disk;
using DataPlatform.Services.Agent.Isolation;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Images;

/// <summary>Runs podman on a store of the agent's own, so that nobody else's images are touched and none of theirs are used.</summary>
/// <param name="program">An absolute path.</param>
/// <param name="folder">The agent's alone.</param>
internal sealed class Podman(string program, string folder, ProcessWatch watch)
{
    private readonly string temporary = Path.Combine(folder, "tmp");
    private readonly string storage = Path.Combine(folder, "storage");

    /// <summary>What its images take of the disk, in bytes, with what is on its way to become one.</summary>
    public long Size()
    {
        var size = new FolderSize();
        size.Add(storage);
        size.Add(temporary);
        return size.Bytes;
    }

    /// <summary>Removes what a run has left that was ended. Not while another runs.</summary>
    public void Tidy()
    {
        if (Directory.Exists(temporary))
            Directory.Delete(temporary, recursive: true);
    }

    /// <param name="patience">After which it is ended.</param>
    /// <exception cref="IOException">It can't be started, or took too long.</exception>
    public async Task<ProgramAnswer> RunAsync(IReadOnlyList<string> arguments, TimeSpan patience, CancellationToken cancellation)
    {
        using var before = new SystemCalls();
        TaskNamespaces.OwnMounts(before); // What it mounts below its store goes with it, however it ends.
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = TaskEnvironment.SearchPath, ["HOME"] = folder, ["TMPDIR"] = temporary, ["LANG"] = "C.UTF-8",
        };
        return await new HostProgram(temporary, watch).RunAsync(
            program,
            [
                "--root", storage, "--runroot", Path.Combine(folder, "run"), "--tmpdir", Path.Combine(folder, "state"),
                "--storage-driver", "overlay", "--events-backend", "none", "--cgroup-manager", "cgroupfs", .. arguments,
            ],
            environment, "", before, patience, cancellation);
    }
}
