using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Sandboxes;

/// <summary>The folder that a task starts in and that its logs are in.</summary>
public sealed class Sandbox
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute |
        UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    /// <summary>To be gone through, by whichever user, and no more: what is in it has owners of its own.</summary>
    private const UnixFileMode PassageMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute |
        UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly HostUser? owner;

    private Sandbox(string path, HostUser? owner)
    {
        Path = path;
        this.owner = owner;
    }

    public string Path { get; }

    public string StandardOutput => System.IO.Path.Combine(Path, "stdout");

    public string StandardError => System.IO.Path.Combine(Path, "stderr");

    /// <summary>The folder is the agent's own until it is handed over: nothing that runs as the task's user can reach into it meanwhile.</summary>
    /// <exception cref="IOException">The disk is full, or the work directory can't be written.</exception>
    public static Sandbox Create(SandboxPaths paths, string agentId, TaskRun run, HostUser? owner)
    {
        var sandbox = new Sandbox(paths.Run(agentId, run), owner);
        var runs = paths.Runs(agentId, SandboxPaths.Holder(run));
        lock (paths.Above)
        {
            Directory.CreateDirectory(runs);
            if (run.Pod is { } pod)
            {
                foreach (var passage in (string[])[System.IO.Path.Combine(runs, pod.ContainerId), System.IO.Path.Combine(runs, pod.ContainerId, "containers")])
                {
                    Directory.CreateDirectory(passage);
                    File.SetUnixFileMode(passage, PassageMode);
                }
            }

            Directory.CreateDirectory(sandbox.Path, AtomicFile.OwnerFolder);
            PointLatest(runs, SandboxPaths.HolderContainer(run));
        }

        foreach (var file in (string[])[sandbox.StandardOutput, sandbox.StandardError])
            File.Create(file, bufferSize: 0).Dispose();
        return sandbox;
    }

    /// <summary>From now on it is the task's.</summary>
    /// <exception cref="IOException">The user can't be given it.</exception>
    public void HandOver()
    {
        foreach (var each in (string[])[StandardOutput, StandardError, Path])
        {
            if (owner is not null && Libc.lchown(each, owner.Id, owner.GroupId) != 0)
                throw new IOException($"Cannot give {each} to user {owner.Name}");
        }

        File.SetUnixFileMode(Path, FolderMode);
    }

    private static void PointLatest(string runs, string containerId)
    {
        var temporary = System.IO.Path.Combine(runs, ".latest-" + containerId);
        File.CreateSymbolicLink(temporary, containerId);
        // File.Move looks through the link and finds no file.
        if (Libc.rename(temporary, System.IO.Path.Combine(runs, "latest")) != 0)
            throw new IOException($"Cannot point {runs}/latest to {containerId}");
    }
}
