using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using SandboxPath = DataPlatform.Core.Protocol.Mesos.Volume.Types.Source.Types.SandboxPath;
using SourceType = DataPlatform.Core.Protocol.Mesos.Volume.Types.Source.Types.Type;

namespace DataPlatform.Services.Agent.Volumes;

/// <summary>A folder that a task finds in its sandbox at a path of its choice and that lies elsewhere.</summary>
/// <param name="ContainerPath">Within the sandbox.</param>
internal abstract record TaskVolume(string ContainerPath)
{
    /// <summary>In the task's own sandbox.</summary>
    public sealed record Own(string ContainerPath, string Path) : TaskVolume(ContainerPath);

    /// <summary>In the sandbox of its pod, for all tasks of it that ask.</summary>
    /// <param name="Name">One folder's name: what is above it is the agent's alone.</param>
    public sealed record OfPod(string ContainerPath, string Name) : TaskVolume(ContainerPath);

    /// <summary>Outlives the task.</summary>
    public sealed record Persistent(string ContainerPath, ResourceKind Kind) : TaskVolume(ContainerPath);

    /// <summary>Only of a task that <see cref="WhyNot"/> has nothing against.</summary>
    /// <param name="pod">The executor of the task's pod; a volume among its resources is for its tasks to ask for.</param>
    public static IReadOnlyList<TaskVolume> Of(TaskInfo task, ExecutorInfo? pod)
    {
        var ofPod = PersistentOf(pod?.Resources ?? []).DistinctBy(each => each.ContainerPath).ToDictionary(each => each.ContainerPath);
        return
        [
            .. PersistentOf(task.Resources),
            .. (task.Container?.Volumes ?? []).Select(volume => (TaskVolume)(volume.Source.SandboxPath switch
            {
                { Type: SandboxPath.Types.Type.Self } self => new Own(volume.ContainerPath, self.Path),
                { } parent when ofPod.TryGetValue(parent.Path, out var shared) => shared with { ContainerPath = volume.ContainerPath },
                { } parent => new OfPod(volume.ContainerPath, parent.Path),
            })),
        ];
    }

    /// <summary>What of the volumes that a task asks for this agent can't give; null when it can give all.</summary>
    public static string? WhyNot(TaskInfo task, ExecutorInfo? pod)
    {
        var persistent = task.Resources.Concat(pod?.Resources ?? []).Where(each => each.Disk?.Persistence is not null).Select(WhyNotPersistent);
        var others = (task.Container?.Volumes ?? []).Select(volume => WhyNotVolume(volume, pod is not null));
        return persistent.Concat(others).FirstOrDefault(why => why is not null) ?? WhyNotTogether(Of(task, pod));
    }

    private static IEnumerable<Persistent> PersistentOf(IEnumerable<Resource> resources) => resources
        .Where(each => each.Disk?.Persistence is not null)
        .Select(each => new Persistent(each.Disk.Volume.ContainerPath, new[] { each }.ToBag().Single().Kind));

    private static string? WhyNotPersistent(Resource resource) => resource.Disk.Volume switch
    {
        null => $"the persistent volume '{resource.Disk.Persistence.Id}' has no volume.container_path",
        { Mode: Core.Protocol.Mesos.Volume.Types.Mode.Ro } => $"the persistent volume '{resource.Disk.Persistence.Id}' is to be read only, which is not supported yet",
        var volume => WhyNotInside("container_path", volume.ContainerPath),
    };

    private static string? WhyNotVolume(Core.Protocol.Mesos.Volume volume, bool inPod) =>
        volume.Source is not { Type: SourceType.SandboxPath, SandboxPath: { } path } ? "task.container.volumes: a source other than SANDBOX_PATH is not supported yet"
        : volume.Mode == Core.Protocol.Mesos.Volume.Types.Mode.Ro ? "task.container.volumes: a volume that is to be read only is not supported yet"
        : WhyNotInside("container_path", volume.ContainerPath) ?? path.Type switch
        {
            SandboxPath.Types.Type.Self => WhyNotInside("sandbox_path.path", path.Path),
            SandboxPath.Types.Type.Parent when !inPod => "task.container.volumes: sandbox_path.type PARENT needs a task of a group",
            SandboxPath.Types.Type.Parent when path.Path.Contains('/', StringComparison.Ordinal) || path.Path is "containers" =>
                $"task.container.volumes: sandbox_path.path '{path.Path}' of type PARENT is to be the name of one folder other than 'containers'",
            SandboxPath.Types.Type.Parent => WhyNotInside("sandbox_path.path", path.Path),
            _ => "task.container.volumes: sandbox_path.type is missing; SELF and PARENT are allowed",
        };

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
            .Concat(volumes.OfType<Own>().Where(each => each.Path != each.ContainerPath).Select(each => each.Path))
            .Order(StringComparer.Ordinal).ToList();
        foreach (var (path, index) in paths.Select((path, index) => (path, index)))
        {
            if (paths.Skip(index + 1).FirstOrDefault(other => other == path || other.StartsWith(path + "/", StringComparison.Ordinal)) is { } other)
                return $"the paths '{path}' and '{other}' of the task's volumes overlap";
        }

        return null;
    }
}
