using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Launching;
using Google.Protobuf;

namespace DataPlatform.Services.Agent.Checkpoints;

/// <summary>The folder of one run, as a crash or a loss of power may have left it.</summary>
/// <param name="sameBoot">Whether the host has been up since it was written.</param>
internal sealed class RunReader(HostBoot boot, bool sameBoot)
{
    /// <summary>Null when the run had not come as far as its first record.</summary>
    /// <exception cref="InvalidProtocolBufferException">What is there is damaged.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public RecoveredRun? Read(string directory)
    {
        FrameworkInfo? framework = null;
        TaskInfo? task = null;
        Pod? pod = null;
        ExecutorInfo? program = null;
        var delivered = false;
        var statuses = new List<TaskReport>();
        var acknowledged = new HashSet<ByteString>();
        (KillIntent Intent, TimeSpan? Deadline)? kill = null;
        foreach (var (kind, content) in RunLog.Read(Path.Combine(directory, CheckpointStore.History)))
        {
            if (kind == RunLog.Framework)
                framework = FrameworkInfo.Parser.ParseFrom(content.Span);
            else if (kind == RunLog.Task)
                task = TaskInfo.Parser.ParseFrom(content.Span);
            else if (kind == RunLog.Pod)
                pod = PodRecord.Decode(content.Span);
            else if (kind == RunLog.Program)
                program = ExecutorInfo.Parser.ParseFrom(content.Span);
            else if (kind == RunLog.Delivered)
                delivered = true;
            else if (kind == RunLog.Status)
                statuses.Add(TaskReport.Parser.ParseFrom(content.Span));
            else if (kind == RunLog.Acknowledged)
                acknowledged.Add(ByteString.CopyFrom(content.Span));
            else if (kind == RunLog.Kill && KillRecord.Decode(content.Span) is { } decoded)
                kill = (decoded.Intent, decoded.Deadline ?? kill?.Deadline);
        }

        framework ??= ReadOlder(directory, "framework", FrameworkInfo.Parser);
        task ??= ReadOlder(directory, "task", TaskInfo.Parser);
        var started = SupervisorFiles.ReadStarted(directory);
        var wasStarted = SupervisorFiles.IsStarted(directory) || statuses.Count > 0 || SupervisorFiles.ReadExitStatus(directory) is not null;
        if (framework is null && task is null && !wasStarted)
            return null;
        if (task?.TaskId is not { Value.Length: > 0 } || framework?.Id is not { Value.Length: > 0 })
            throw new InvalidDataException("its task or its framework is missing or cut short");
        var supervisor = sameBoot ? started : null;
        return new RecoveredRun(
            framework, task, Path.GetFileName(directory), statuses, acknowledged, kill?.Intent, wasStarted, supervisor?.Pid,
            supervisor is { } process ? boot.AgeOf(process.StartTicks) : TimeSpan.Zero,
            sameBoot && kill?.Deadline is { } deadline ? Left(deadline) : null) { Pod = pod, Program = program, WasDelivered = delivered };
    }

    private TimeSpan Left(TimeSpan deadline)
    {
        var left = deadline - boot.Uptime();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Until version 0.1 task and framework had files of their own. A file that a loss of power emptied says nothing.</summary>
    private static T? ReadOlder<T>(string directory, string name, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        var path = Path.Combine(directory, name);
        if (!File.Exists(path))
            return null;
        var content = File.ReadAllBytes(path);
        return content.Length == 0
            ? throw new InvalidDataException($"its file '{name}' is empty")
            : parser.ParseFrom(content);
    }
}
