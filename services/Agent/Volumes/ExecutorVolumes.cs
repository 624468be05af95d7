using DataPlatform.Core.Resources;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Images;
using DataPlatform.Services.Agent.Isolation;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Agent.Sandboxes;

namespace DataPlatform.Services.Agent.Volumes;

/// <summary>
/// Gives executors that run the persistent volumes of their tasks, and takes them away again: links in the sandbox, to where the executor
/// alone sees the volume, or to where it lies on a host that permits no mounts.
/// </summary>
/// <param name="supervisorOf">An executor's, by its container; null when it has ended.</param>
/// <param name="workDirectory">Hidden in what executors see, but for what is shown to them; null: they see this host's files.</param>
internal sealed class ExecutorVolumes(AgentVolumes volumes, SandboxPaths sandboxes, Func<string, ProcessIdentity?> supervisorOf, string? workDirectory)
{
    /// <summary>Why they can't be had, or null. Of no effect where they are already.</summary>
    /// <param name="tasks">Of the executor.</param>
    public string? Place(ExecutorRun executor, IReadOnlyList<TaskRun> tasks)
    {
        try
        {
            if (sandboxes.Find(executor.Program) is not { } sandbox || supervisorOf(executor.Program.ContainerId) is not { } supervisor)
                return "it has ended";
            var user = Libc.geteuid() == 0 ? HostUser.OwnerOf(sandbox) : null;
            foreach (var task in tasks)
            {
                if (VolumeRules.WhyNotUnder(task.Task, executor.Info) is { } why)
                    return why;
                foreach (var volume in TaskVolume.PersistentOf(task.Task.Resources))
                {
                    var folder = volumes.Folder(volume.Kind, user);
                    var seen = SeenAt(executor, volume, folder);
                    if (seen != folder)
                        VolumeMounts.Show(supervisor, new TaskMount(folder, seen, volume.ReadOnly));
                    SandboxLink.Make(sandbox, volume.ContainerPath, seen, user);
                }
            }

            return null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return problem.Message;
        }
    }

    /// <summary>Those that no other task of the executor has.</summary>
    /// <param name="ended">Not among the executor's tasks any more.</param>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public void Take(ExecutorRun executor, TaskRun ended)
    {
        if (sandboxes.Find(executor.Program) is not { } sandbox || supervisorOf(executor.Program.ContainerId) is not { } supervisor)
            return; // With the executor all is gone that it saw.
        var others = executor.Tasks.SelectMany(each => TaskVolume.PersistentOf(each.Task.Resources)).Select(each => (Seen: SeenAt(executor, each, volumes.PlaceOf(each.Kind)), each.ContainerPath)).ToList();
        foreach (var volume in TaskVolume.PersistentOf(ended.Task.Resources))
        {
            var folder = volumes.PlaceOf(volume.Kind);
            var seen = SeenAt(executor, volume, folder);
            if (!others.Contains((seen, volume.ContainerPath)))
                SandboxLink.Remove(sandbox, volume.ContainerPath, seen);
            if (seen != folder && others.TrueForAll(each => each.Seen != seen))
                VolumeMounts.Hide(supervisor, seen);
        }
    }

    /// <summary>Only the agent writes above it in what the executor sees.</summary>
    private string SeenAt(ExecutorRun executor, TaskVolume.Persistent volume, string folder)
    {
        if (workDirectory is null)
            return volume.ReadOnly ? throw new IOException("one is to be read only, and this agent can give executors no mounts of their own, as its log says") : folder;
        var above = ImageRequest.IsMade(executor.Info.Container) ? "/dev/.volumes" : Path.Combine(workDirectory, "volumes", "shown");
        return Path.Combine(above, volume.ReadOnly ? "read-only" : "writable", Path.GetFileName(Path.GetDirectoryName(folder))!, Path.GetFileName(folder));
    }
}
