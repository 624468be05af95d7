using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Images;

namespace DataPlatform.Services.Agent.Volumes;

using MountMode = MountPropagation.Types.Mode;
using SandboxPath = Core.Protocol.Mesos.Volume.Types.Source.Types.SandboxPath;
using SourceType = Core.Protocol.Mesos.Volume.Types.Source.Types.Type;

/// <summary>What of the volumes that a task asks for this agent can't give. Each rule answers why not, or null.</summary>
internal static class VolumeRules
{
    private const string Volumes = "task.container.volumes";
    private static readonly string[] OfContainer = ["/proc", "/sys", "/dev", ContainerRoot.Sandbox];

    public static string? WhyNot(TaskInfo task, ExecutorInfo? pod)
    {
        var inImage = ImageRequest.IsMade(task.Container);
        var persistent = task.Resources.Concat(pod?.Resources ?? []).Where(each => each.Disk?.Persistence is not null).Select(each => WhyNotPersistent(each, inImage));
        var others = (task.Container?.Volumes ?? []).Select(volume => WhyNotVolume(volume, pod is not null, inImage));
        return persistent.Concat(others).FirstOrDefault(why => why is not null) ?? WhyNotTogether(TaskVolume.Of(task, pod));
    }

    /// <summary>Of a task that a program of its framework's runs: of all volumes only persistent ones are the agent's to give, in a sandbox that is there already.</summary>
    public static string? WhyNotUnder(TaskInfo task, ExecutorInfo executor) =>
        task.Resources.Where(each => each.Disk?.Persistence is not null).Select(each => WhyNotPersistent(each, inImage: false)).FirstOrDefault(why => why is not null)
        ?? WhyNotTogether([.. TaskVolume.PersistentOf(task.Resources), .. TaskVolume.PersistentOf(executor.Resources)]);

    private static string? WhyNotPersistent(Resource resource, bool inImage) => resource.Disk.Volume switch
    {
        null => $"the persistent volume '{resource.Disk.Persistence.Id}' has no volume.container_path",
        var volume => WhyNotAt(volume.ContainerPath, inImage),
    };

    private static string? WhyNotVolume(Core.Protocol.Mesos.Volume volume, bool inPod, bool inImage)
    {
        if (volume.Image is not null)
            return $"{Volumes}: a volume from an image is not supported yet";
        if (volume.Source is not null && volume.HasHostPath)
            return $"{Volumes}: a volume has both host_path and a source; it needs exactly one";
        if (volume.Source is { Type: SourceType.Secret })
            return WhyNotInside("container_path", volume.ContainerPath) ?? (Secrets.WhyNot(volume.Source.Secret) is { } none ? $"{Volumes}: source.secret {none}" : null);
        if (WhyNotAt(volume.ContainerPath, inImage) is { } why)
            return why;
        if (TaskVolume.HostPathOf(volume) is { } path)
            return WhyNotHost(path) ?? WhyNotPropagated(volume.Source?.HostPath?.MountPropagation);
        return volume.Source is { Type: SourceType.SandboxPath, SandboxPath: { } own }
            ? WhyNotOfSandbox(own, inPod)
            : $"{Volumes}: a source other than SANDBOX_PATH, HOST_PATH and SECRET is not supported yet";
    }

    private static string? WhyNotOfSandbox(SandboxPath path, bool inPod) => path.Type switch
    {
        SandboxPath.Types.Type.Self => WhyNotInside("sandbox_path.path", path.Path),
        SandboxPath.Types.Type.Parent when !inPod => $"{Volumes}: sandbox_path.type PARENT needs a task of a group",
        SandboxPath.Types.Type.Parent when path.Path.Contains('/', StringComparison.Ordinal) || path.Path is "containers" =>
            $"{Volumes}: sandbox_path.path '{path.Path}' of type PARENT is to be the name of one folder other than 'containers'",
        SandboxPath.Types.Type.Parent => WhyNotInside("sandbox_path.path", path.Path),
        _ => $"{Volumes}: sandbox_path.type is missing; SELF and PARENT are allowed",
    };

    private static string? WhyNotHost(string path) =>
        path.Length == 0 || path[0] != '/' ? $"{Volumes}: host_path '{path}' is not absolute"
        : path.Any(char.IsControl) ? $"{Volumes}: host_path has a control character"
        : path.Length > 1 && path.TrimEnd('/')[1..].Split('/').Any(part => part is "" or "." or "..") ? $"{Volumes}: host_path '{path}' has an empty part, '.' or '..'"
        : null;

    private static string? WhyNotPropagated(MountPropagation? propagation) => propagation?.Mode == MountMode.Bidirectional
        ? $"{Volumes}: host_path.mount_propagation BIDIRECTIONAL is not supported: a task mounts nothing on the host"
        : null;

    /// <summary>An image has places for volumes everywhere but where it has what every container has.</summary>
    private static string? WhyNotAt(string path, bool inImage) =>
        !inImage || !path.StartsWith('/') ? WhyNotInside("container_path", path)
        : !ImageRules.IsPlain(path) ? $"container_path '{path}' of a volume has a control character, an empty part, '.' or '..', or is the root"
        : OfContainer.Any(each => IsBeneath(path, each) || IsBeneath(each, path)) ? $"container_path '{path}' of a volume is where each container has {string.Join(", ", OfContainer)}; within the sandbox a path is relative"
        : null;

    private static bool IsBeneath(string path, string folder) => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);

    private static string? WhyNotInside(string field, string path) =>
        path.Length == 0 ? $"{field} of a volume is empty"
        : path[0] == '/' ? $"{field} '{path}' of a volume is absolute; it must be within the sandbox"
        : path.Any(char.IsControl) ? $"{field} of a volume has a control character"
        : path.Split('/').Any(part => part is "" or "." or "..") ? $"{field} '{path}' of a volume has an empty part, '.' or '..'"
        : null;

    /// <summary>A path beneath another's would lead into that one's folder.</summary>
    private static string? WhyNotTogether(IReadOnlyList<TaskVolume> volumes)
    {
        var paths = volumes.Select(each => each.ContainerPath)
            .Concat(volumes.OfType<TaskVolume.Own>().Where(each => each.Path != each.ContainerPath).Select(each => each.Path))
            .Order(StringComparer.Ordinal).ToList();
        foreach (var (path, index) in paths.Select((path, index) => (path, index)))
        {
            if (paths.Skip(index + 1).FirstOrDefault(other => other == path || other.StartsWith(path + "/", StringComparison.Ordinal)) is { } other)
                return $"the paths '{path}' and '{other}' of the task's volumes overlap";
        }

        return null;
    }
}
