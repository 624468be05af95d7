using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Isolation;
using DataPlatform.Services.Agent.Serving.Authentication;
using Answer = DataPlatform.Core.Protocol.Mesos.AgentOperatorResponse.Types;

namespace DataPlatform.Services.Agent.Serving.Usage;

/// <summary>The containers whose processes run, and what they use now.</summary>
internal sealed class ContainerUsage(
    AgentLoop loop, ContainerIsolation isolation, Func<TaskKey, string, string?> sandboxOf, TimeProvider time)
{
    private const double BytesPerMebibyte = 1024 * 1024;
    private readonly SandboxUsage sandboxes = new(time);

    /// <summary>Those that the caller may see, in the order of their names.</summary>
    public async Task<Answer.GetContainers> ReadAsync(Visibility visible)
    {
        // Only what does not change is taken along; the files are read outside of the loop.
        var running = await loop.ReadAsync(core => core.Programs.Where(run => run.Phase is RunPhase.Running or RunPhase.Ending).Where(run => visible.Container(TaskUser.Of(run)))
            .Select(run => (run.Key, run.ContainerId, run.Pid, run.Task, Name: run.ProgramOf?.Info.Name ?? AgentViews.ExecutorName(run.Task))).ToList());
        var view = new Answer.GetContainers();
        foreach (var run in running.OrderBy(each => each.Key.FrameworkId, StringComparer.Ordinal).ThenBy(each => each.Key.TaskId, StringComparer.Ordinal))
        {
            var status = new ContainerStatus { ContainerId = new ContainerID { Value = run.ContainerId } };
            if (run.Pid is { } pid)
                status.ExecutorPid = (uint)pid;
            view.Containers.Add(new Answer.GetContainers.Types.Container
            {
                FrameworkId = new FrameworkID { Value = run.Key.FrameworkId },
                ExecutorId = new ExecutorID { Value = run.Key.TaskId },
                ExecutorName = run.Name,
                ContainerId = status.ContainerId,
                ContainerStatus = status,
                ResourceStatistics = StatisticsOf(run.Key, run.ContainerId, run.Pid, run.Task),
            });
        }

        return view;
    }

    private ResourceStatistics StatisticsOf(TaskKey key, string containerId, int? supervisor, TaskInfo task)
    {
        var processes = ProcessUsage.Of(isolation.Members(containerId, supervisor));
        var groups = GroupUsage.Of([.. isolation.Joins(containerId).Select(file => Path.GetDirectoryName(file)!)]);
        var statistics = new ResourceStatistics
        {
            Timestamp = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds,
            Processes = (uint)(groups.Processes ?? processes.Processes),
            Threads = (uint)processes.Threads,
            CpusUserTimeSecs = groups.UserSeconds ?? processes.UserSeconds,
            CpusSystemTimeSecs = groups.SystemSeconds ?? processes.SystemSeconds,
            MemRssBytes = (ulong)processes.ResidentBytes,
            MemTotalBytes = (ulong)(groups.MemoryBytes ?? processes.ResidentBytes),
        };
        if (Sum(task, "cpus") is { } cpus)
            statistics.CpusSoftLimit = cpus;
        if (Sum(task, "mem") is { } memory)
            statistics.MemLimitBytes = statistics.MemSoftLimitBytes = (ulong)(memory * BytesPerMebibyte);
        if (Sum(task, "disk") is { } disk)
            statistics.DiskLimitBytes = (ulong)(disk * BytesPerMebibyte);
        if (sandboxOf(key, containerId) is { } sandbox)
            statistics.DiskUsedBytes = (ulong)sandboxes.Of(sandbox);
        return statistics;
    }

    private static double? Sum(TaskInfo task, string name)
    {
        var sum = task.Resources.Where(each => each.Name == name && each.Scalar is not null).Sum(each => each.Scalar.Value);
        return sum > 0 ? sum : null;
    }
}
