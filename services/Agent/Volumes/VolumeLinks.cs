using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Agent.Sandboxes;

namespace DataPlatform.Services.Agent.Volumes;

/// <summary>Puts the volumes of a task into its sandbox, as links, before anything else is in it.</summary>
internal sealed class VolumeLinks(AgentVolumes volumes, SandboxPaths sandboxes)
{
    /// <param name="user">Whose the folders are to be; null: the agent's own.</param>
    /// <returns>The folders outside the sandbox that the links lead to.</returns>
    /// <exception cref="IOException">A volume can't be had.</exception>
    public IReadOnlyList<string> Place(TaskRun run, string sandbox, HostUser? user)
    {
        var outside = new List<string>();
        foreach (var volume in TaskVolume.Of(run.Task, run.Pod?.Executor))
        {
            switch (volume)
            {
                case TaskVolume.Own own:
                    MakeBelow(sandbox, own.Path, user);
                    if (own.Path != own.ContainerPath)
                        Link(sandbox, own.ContainerPath, Path.Combine(sandbox, own.Path), user);
                    break;
                case TaskVolume.OfPod shared:
                    outside.Add(FolderOfPod(Path.GetDirectoryName(Path.GetDirectoryName(sandbox))!, shared.Name, user));
                    Link(sandbox, shared.ContainerPath, outside[^1], user);
                    break;
                case TaskVolume.Persistent persistent:
                    outside.Add(volumes.Folder(persistent.Kind, user));
                    Link(sandbox, persistent.ContainerPath, outside[^1], user);
                    break;
                default:
                    throw new InvalidOperationException($"Unhandled volume {volume}");
            }
        }

        return outside;
    }

    private string FolderOfPod(string pod, string name, HostUser? user)
    {
        var folder = Path.Combine(pod, name);
        lock (sandboxes.Above)
        {
            if (FileStatus.Of(folder) is not { } status)
                MakeBelow(pod, name, user);
            else if (user is not null && status.Owner != user.Id)
                throw new IOException($"the folder '{name}' of the pod belongs to another user than '{user.Name}', whom this task runs as");
        }

        return folder;
    }

    private static void Link(string sandbox, string containerPath, string target, HostUser? user)
    {
        if (Path.GetDirectoryName(containerPath) is { Length: > 0 } above)
            MakeBelow(sandbox, above, user);
        File.CreateSymbolicLink(Path.Combine(sandbox, containerPath), target);
    }

    /// <summary>Only the agent can write where this makes folders: no link of a task's leads away.</summary>
    private static void MakeBelow(string folder, string path, HostUser? user)
    {
        foreach (var part in path.Split('/'))
        {
            folder = Path.Combine(folder, part);
            if (Directory.Exists(folder))
                continue;
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (user is not null && Libc.lchown(folder, user.Id, user.GroupId) != 0)
                throw new IOException($"cannot give {folder} to user {user.Name}");
        }
    }
}
