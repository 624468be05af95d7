using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Images;
using DataPlatform.Services.Agent.Isolation;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Agent.Sandboxes;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Volumes;

/// <summary>
/// Gives a task its volumes before anything else is in its sandbox: as links, which need nothing of the host; folders that are to be
/// read only, and what lies outside of the work directory, as mounts of the task's own.
/// </summary>
internal sealed class VolumePlacement(AgentVolumes volumes, SecretFiles secrets, SandboxPaths sandboxes, HostFolders host)
{
    /// <param name="user">Whose the folders are to be; null: the agent's own.</param>
    /// <exception cref="IOException">A volume can't be had.</exception>
    public PlacedVolumes Place(TaskRun run, string sandbox, HostUser? user)
    {
        var (shown, mounts) = (new List<string>(), new List<TaskMount>());
        var inImage = ImageRequest.IsMade(run.Task.Container);
        foreach (var volume in TaskVolume.Of(run.Task, run.Pod?.Executor, run.VolumesOfSiblings))
        {
            if (volume is TaskVolume.Own { ReadOnly: false } own && own.Path == own.ContainerPath)
            {
                MakeBelow(sandbox, own.Path, user);
                continue;
            }

            var source = SourceOf(volume, run.ContainerId, sandbox, user);
            if (volume is TaskVolume.Host || (volume.ReadOnly && volume is not TaskVolume.Secret) || inImage)
            {
                if (!Path.IsPathRooted(volume.ContainerPath))
                    MakeTarget(sandbox, volume.ContainerPath, Directory.Exists(source), user);
                mounts.Add(new TaskMount(source, Path.Combine(inImage ? ContainerRoot.Sandbox : sandbox, volume.ContainerPath), volume.ReadOnly) { Within = volume is TaskVolume.Host ? host.Holding(source) : null });
                continue;
            }

            var folder = volume is TaskVolume.Secret ? secrets.FolderOf(run.ContainerId) : source;
            if (volume is not TaskVolume.Own && !shown.Contains(folder))
                shown.Add(folder);
            Link(sandbox, volume.ContainerPath, source, user);
        }

        return new PlacedVolumes(shown, mounts);
    }

    private string SourceOf(TaskVolume volume, string containerId, string sandbox, HostUser? user)
    {
        switch (volume)
        {
            case TaskVolume.Own own:
                MakeBelow(sandbox, own.Path, user);
                return Path.Combine(sandbox, own.Path);
            case TaskVolume.OfPod shared:
                return FolderOfPod(Path.GetDirectoryName(Path.GetDirectoryName(sandbox))!, shared.Name, user);
            case TaskVolume.Persistent persistent:
                return volumes.Folder(persistent.Kind, user);
            case TaskVolume.Host named:
                _ = host.Holding(named.Path);
                return Path.Exists(named.Path) ? named.Path : throw new IOException($"task.container.volumes: host_path '{named.Path}' is not on this host");
            case TaskVolume.Secret secret:
                return secrets.Write(containerId, secret.Name, secret.Content.Span, secret.ReadOnly, user);
            default:
                throw new InvalidOperationException($"Unhandled volume {volume.GetType().Name}");
        }
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

    /// <summary>What a mount is to cover has to be there.</summary>
    private static void MakeTarget(string sandbox, string containerPath, bool isFolder, HostUser? user)
    {
        if (isFolder)
        {
            MakeBelow(sandbox, containerPath, user);
            return;
        }

        if (Path.GetDirectoryName(containerPath) is { Length: > 0 } above)
            MakeBelow(sandbox, above, user);
        File.Create(Path.Combine(sandbox, containerPath), bufferSize: 0).Dispose();
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
