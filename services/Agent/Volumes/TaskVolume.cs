using System.Globalization;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Google.Protobuf;

namespace DataPlatform.Services.Agent.Volumes;

using Mode = Core.Protocol.Mesos.Volume.Types.Mode;
using SandboxPath = Core.Protocol.Mesos.Volume.Types.Source.Types.SandboxPath;
using SourceType = Core.Protocol.Mesos.Volume.Types.Source.Types.Type;

/// <summary>Something that a task finds at a path of its choice and that lies elsewhere.</summary>
/// <param name="ContainerPath">Within the sandbox; absolute in a task's image.</param>
internal abstract record TaskVolume(string ContainerPath, bool ReadOnly)
{
    /// <summary>In the task's own sandbox.</summary>
    public sealed record Own(string ContainerPath, bool ReadOnly, string Path) : TaskVolume(ContainerPath, ReadOnly);

    /// <summary>In the sandbox of its pod, for all tasks of it that ask.</summary>
    /// <param name="Name">One folder's name: what is above it is the agent's alone.</param>
    public sealed record OfPod(string ContainerPath, bool ReadOnly, string Name) : TaskVolume(ContainerPath, ReadOnly);

    /// <summary>Outlives the task.</summary>
    public sealed record Persistent(string ContainerPath, bool ReadOnly, ResourceKind Kind) : TaskVolume(ContainerPath, ReadOnly);

    /// <summary>A folder or file of this host.</summary>
    /// <param name="Path">Absolute, without any part that leads upwards.</param>
    public sealed record Host(string ContainerPath, bool ReadOnly, string Path) : TaskVolume(ContainerPath, ReadOnly);

    /// <summary>A file of its own, that nobody else sees.</summary>
    /// <param name="Name">Among the task's secrets.</param>
    public sealed record Secret(string ContainerPath, bool ReadOnly, string Name, ByteString Content) : TaskVolume(ContainerPath, ReadOnly);

    /// <summary>Only of a task that <see cref="VolumeRules"/> has nothing against.</summary>
    /// <param name="pod">The executor of the task's pod; a volume among its resources is for its tasks to ask for.</param>
    /// <param name="ofSiblings">Of the other tasks of the pod, to be asked for in the same way.</param>
    public static IReadOnlyList<TaskVolume> Of(TaskInfo task, ExecutorInfo? pod, IReadOnlyList<Resource>? ofSiblings = null)
    {
        var ofPod = PersistentOf([.. task.Resources, .. pod?.Resources ?? [], .. ofSiblings ?? []]).DistinctBy(each => each.ContainerPath).ToDictionary(each => each.ContainerPath);
        return [.. PersistentOf(task.Resources), .. (task.Container?.Volumes ?? []).Select((volume, place) => Of(volume, place, ofPod))];
    }

    /// <summary>The path of this host that a volume names; null when it names none.</summary>
    internal static string? HostPathOf(Core.Protocol.Mesos.Volume volume) =>
        volume.Source is { Type: SourceType.HostPath, HostPath: { } named } ? named.Path : volume.Source is null && volume.HasHostPath ? volume.HostPath : null;

    private static TaskVolume Of(Core.Protocol.Mesos.Volume volume, int place, Dictionary<string, Persistent> ofPod)
    {
        var (at, readOnly) = (volume.ContainerPath, volume.Mode == Mode.Ro);
        if (HostPathOf(volume) is { } path)
            return new Host(at, readOnly, path.Length > 1 ? path.TrimEnd('/') : path);
        if (volume.Source is { Type: SourceType.Secret, Secret: { } secret })
            return new Secret(at, readOnly, place.ToString(CultureInfo.InvariantCulture), secret.Value.Data);
        return volume.Source.SandboxPath switch
        {
            { Type: SandboxPath.Types.Type.Self } self => new Own(at, readOnly, self.Path),
            { } parent when ofPod.TryGetValue(parent.Path, out var shared) => shared with { ContainerPath = at, ReadOnly = readOnly || shared.ReadOnly },
            { } parent => new OfPod(at, readOnly, parent.Path),
        };
    }

    /// <summary>Those among the resources of a task or an executor.</summary>
    internal static IEnumerable<Persistent> PersistentOf(IEnumerable<Resource> resources) => resources
        .Where(each => each.Disk?.Persistence is not null)
        .Select(each => new Persistent(each.Disk.Volume.ContainerPath, each.Disk.Volume.Mode == Mode.Ro, new[] { each }.ToBag().Single().Kind));
}
