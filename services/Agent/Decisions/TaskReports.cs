using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;
using static DataPlatform.Core.Protocol.Mesos.TaskReport.Types;

namespace DataPlatform.Services.Agent.Decisions;

/// <summary>Words and fields of status updates, as frameworks know them from Mesos.</summary>
public sealed class TaskReports(string address, Func<Guid> newUuid)
{
    /// <summary>An update about a task whose processes exist or have existed.</summary>
    public TaskReport Of(TaskRun run, TaskState state, string agentId, DateTimeOffset stamp, string? message = null, Reason? reason = null)
    {
        var report = Bare(run.Key, state, agentId, stamp, Source.Executor, message, reason);
        report.ExecutorId = new ExecutorID { Value = run.ExecutorId };
        report.ContainerStatus = ContainerStatusOf(run, state);
        if (state == TaskState.TaskRunning && run.Health?.Healthy is { } healthy)
            report.Healthy = healthy;
        if (run.Task.Check is { } check)
            report.CheckStatus = state.IsTerminal() || run.Check is null ? CheckRecord.NothingOf(check) : run.Check.Told.Clone();
        return report;
    }

    /// <summary>An update about a task that never came to run.</summary>
    public TaskReport OfNeverRun(TaskKey task, string executorId, TaskState state, string agentId, DateTimeOffset stamp, string message, Reason reason)
    {
        var report = Bare(task, state, agentId, stamp, Source.Agent, message, reason);
        report.ExecutorId = new ExecutorID { Value = executorId };
        return report;
    }

    /// <summary>An update about a task whose processes were there and are gone, nobody saw how: the agent says it, not the executor.</summary>
    public TaskReport OfNoEnd(TaskRun run, TaskState state, string agentId, DateTimeOffset stamp, string message) =>
        OfNeverRun(run.Key, run.ExecutorId, state, agentId, stamp, message, Reason.ExecutorTerminated);

    /// <summary>What an executor says of its task, with what the agent knows better.</summary>
    /// <param name="pid">The executor's.</param>
    public TaskReport OfExecutor(TaskRun run, int? pid, TaskReport given, string agentId, DateTimeOffset stamp)
    {
        var report = given.Clone();
        report.Source = Source.Executor;
        report.AgentId = new AgentID { Value = agentId };
        report.ExecutorId = new ExecutorID { Value = run.ExecutorId };
        if (!report.HasTimestamp)
            report.Timestamp = (stamp - DateTimeOffset.UnixEpoch).TotalSeconds;
        if (!report.HasReason && run.Intent == KillIntent.Drained && (report.State is TaskState.TaskKilled or TaskState.TaskKilling))
            report.Reason = Reason.AgentDraining;
        report.ContainerStatus ??= new ContainerStatus();
        report.ContainerStatus.ContainerId = new ContainerID { Value = run.Pod!.ContainerId };
        if (report.ContainerStatus.NetworkInfos.Count == 0)
            report.ContainerStatus.NetworkInfos.Add(OwnNetwork());
        if (pid is { } known)
            report.ContainerStatus.ExecutorPid = (uint)known;
        return report;
    }

    /// <summary>What a finished command's end means when nobody asked for it.</summary>
    public static (TaskState State, string Message, Reason? Reason) Describe(TaskEnd end) => end switch
    {
        TaskEnd.Status { Value: 0 } => (TaskState.TaskFinished, "Command exited with status 0", null),
        TaskEnd.Status status => (TaskState.TaskFailed, ExitMessage(status.Value), null),
        TaskEnd.OutOfMemory memory => (
            TaskState.TaskFailed,
            $"Memory limit of {memory.LimitBytes / (1024 * 1024)} MiB reached: the kernel ended the task's process" +
            (memory.Value is { } value ? $" ({ExitMessage(value)})" : ""),
            Reason.ContainerLimitationMemory),
        TaskEnd.Unknown => (
            TaskState.TaskFailed,
            "The task's processes are gone and left no exit status: its supervisor was killed or the host restarted",
            Reason.ExecutorTerminated),
        _ => throw new InvalidOperationException($"Unhandled end {end}"),
    };

    internal static string ExitMessage(int status) => status is > 128 and <= 128 + 64
        ? $"Command terminated with signal {SignalName(status - 128)} (status {status})"
        : $"Command exited with status {status}" + status switch
        {
            126 => ", which a shell gives for a program that it may not run",
            127 => ", which a shell gives for a program that it does not find",
            _ => "",
        };

    private static string SignalName(int signal) => signal switch
    {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        25 => "SIGXFSZ",
        _ => signal.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    private ContainerStatus ContainerStatusOf(TaskRun run, TaskState state)
    {
        var status = new ContainerStatus { ContainerId = new ContainerID { Value = run.ContainerId } };
        if (run.Pod is { } pod)
        {
            status.ContainerId.Parent = new ContainerID { Value = pod.ContainerId };
            if (state.IsTerminal())
                return status; // As Mesos: nothing of a nested container is left to say.
        }

        status.NetworkInfos.Add(OwnNetwork());
        if (run.Pid is { } pid && !(run.Pod is not null && state == TaskState.TaskStarting))
            status.ExecutorPid = (uint)pid;
        return status;
    }

    private NetworkInfo OwnNetwork()
    {
        var network = new NetworkInfo();
        network.IpAddresses.Add(new NetworkInfo.Types.IPAddress
        {
            Protocol = address.Contains(':', StringComparison.Ordinal) ? NetworkInfo.Types.Protocol.Ipv6 : NetworkInfo.Types.Protocol.Ipv4,
            IpAddress = address,
        });
        return network;
    }

    private TaskReport Bare(
        TaskKey task, TaskState state, string agentId, DateTimeOffset stamp, Source source, string? message, Reason? reason)
    {
        var report = new TaskReport
        {
            TaskId = new TaskID { Value = task.TaskId },
            State = state,
            Source = source,
            AgentId = new AgentID { Value = agentId },
            Timestamp = (stamp - DateTimeOffset.UnixEpoch).TotalSeconds,
            Uuid = ByteString.CopyFrom(newUuid().ToByteArray(bigEndian: true)),
        };
        if (message is not null)
            report.Message = message;
        if (reason is { } given)
            report.Reason = given;
        return report;
    }
}
