using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Sandboxes;
using DataPlatform.Services.Agent.Volumes;

namespace DataPlatform.Services.Agent.Disk;

/// <summary>Folders that together may hold so much, and the tasks that end when they hold more.</summary>
/// <param name="Name">Of what is measured, the same at every look.</param>
/// <param name="What">For the message.</param>
/// <param name="Resources">Those that the bound comes from.</param>
internal sealed record DiskAllowance(
    string Name, string What, IReadOnlyList<TaskRun> Runs, IReadOnlyList<Resource> Resources, long AllowedBytes)
{
    private const long BytesPerMebibyte = 1024 * 1024;
    private const string Disk = "disk";

    /// <summary>The folder of a persistent volume; null: it is the sandbox, or the sandboxes of a pod.</summary>
    public string? Volume { get; private init; }

    /// <summary>One for each sandbox that has a bound, and one for each persistent volume.</summary>
    /// <param name="bytesWithoutDisk">The bound of tasks that have no disk resource; null: none.</param>
    public static IReadOnlyList<DiskAllowance> Of(IReadOnlyList<TaskRun> runs, VolumePaths volumes, long? bytesWithoutDisk)
    {
        var sandboxes = runs.GroupBy(SandboxPaths.HolderContainer, StringComparer.Ordinal).Select(pod => OfSandbox(pod.Key, [.. pod], bytesWithoutDisk));
        var persistent = runs
            .SelectMany(run => ResourcesOf(run).Where(each => each.Disk?.Persistence is not null).Select(each => (Run: run, Resource: each)))
            .GroupBy(each => volumes.Of(new[] { each.Resource }.ToBag().Single().Kind), StringComparer.Ordinal)
            .Select(volume => OfVolume(volume.Key, [.. volume.Select(each => each.Run).Distinct()], [.. volume.Select(each => each.Resource)]));
        return [.. sandboxes.OfType<DiskAllowance>(), .. persistent];
    }

    /// <summary>The tasks of a pod share the disk of all of them and of their executor, as containers of one container do.</summary>
    private static DiskAllowance? OfSandbox(string container, IReadOnlyList<TaskRun> runs, long? bytesWithoutDisk)
    {
        var resources = (runs[0].Pod?.Executor.Resources ?? []).Concat(runs.SelectMany(run => run.Task.Resources))
            .Where(each => each.Name == Disk && each.Scalar is not null && each.Disk?.Persistence is null).ToList();
        var what = runs[0].Pod is null ? "The task's sandbox" : "The sandboxes of the task's pod";
        return (resources.Sum(BytesOf), bytesWithoutDisk) switch
        {
            ( > 0 and var bytes, _) => new DiskAllowance(container, what, runs, resources, bytes),
            (_, { } bytes) => new DiskAllowance(container, what, runs, [], bytes),
            _ => null,
        };
    }

    private static DiskAllowance OfVolume(string folder, IReadOnlyList<TaskRun> runs, IReadOnlyList<Resource> resources)
    {
        var largest = resources.MaxBy(BytesOf)!;
        return new DiskAllowance(folder, $"The persistent volume '{largest.Disk.Persistence.Id}'", runs, [largest], BytesOf(largest)) { Volume = folder };
    }

    private static IEnumerable<Resource> ResourcesOf(TaskRun run) => run.Task.Resources.Concat(run.Pod?.Executor.Resources ?? []);

    // Thousandths are as exact as resources are.
    private static long BytesOf(Resource resource) => (long)Math.Round(resource.Scalar.Value * 1000) * BytesPerMebibyte / 1000;
}
