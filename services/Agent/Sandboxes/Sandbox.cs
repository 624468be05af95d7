using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Sandboxes;

/// <summary>The folder that a task starts in and that its logs are in.</summary>
public sealed class Sandbox
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute |
        UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private Sandbox(string path) => Path = path;

    public string Path { get; }

    public string StandardOutput => System.IO.Path.Combine(Path, "stdout");

    public string StandardError => System.IO.Path.Combine(Path, "stderr");

    /// <exception cref="IOException">The disk is full, or the work directory can't be written.</exception>
    public static Sandbox Create(SandboxPaths paths, string agentId, TaskKey task, string containerId, HostUser? owner)
    {
        var sandbox = new Sandbox(paths.Run(agentId, task, containerId));
        Directory.CreateDirectory(paths.Runs(agentId, task));
        Directory.CreateDirectory(sandbox.Path, FolderMode);
        foreach (var file in (string[])[sandbox.StandardOutput, sandbox.StandardError])
            File.Create(file, bufferSize: 0).Dispose();
        if (owner is not null)
        {
            foreach (var each in (string[])[sandbox.Path, sandbox.StandardOutput, sandbox.StandardError])
            {
                if (Libc.lchown(each, owner.Id, owner.GroupId) != 0)
                    throw new IOException($"Cannot give {each} to user {owner.Name}");
            }
        }

        PointLatest(paths.Runs(agentId, task), containerId);
        return sandbox;
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
