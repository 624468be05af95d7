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
        var records = new RunRecords();
        foreach (var (kind, content) in RunLog.Read(Path.Combine(directory, CheckpointStore.History)))
            records.Add(kind, content);
        var framework = records.Framework ?? ReadOlder(directory, "framework", FrameworkInfo.Parser);
        var task = records.Task ?? ReadOlder(directory, "task", TaskInfo.Parser);
        var started = SupervisorFiles.ReadStarted(directory);
        var wasStarted = SupervisorFiles.IsStarted(directory) || records.Statuses.Count > 0 || SupervisorFiles.ReadExitStatus(directory) is not null;
        if (framework is null && task is null && !wasStarted)
            return null;
        if (task?.TaskId is not { Value.Length: > 0 } || framework?.Id is not { Value.Length: > 0 })
            throw new InvalidDataException("its task or its framework is missing or cut short");
        var supervisor = sameBoot ? started : null;
        return Recovered(records, framework, task, Path.GetFileName(directory), wasStarted) with
        {
            Pid = supervisor?.Pid,
            Age = supervisor is { } process ? boot.AgeOf(process.StartTicks) : TimeSpan.Zero,
        };
    }

    /// <summary>Of a task in the history of its executor: it has no processes that this agent knows of.</summary>
    public RecoveredRun ReadUnder(string containerId, RunRecords records) => Recovered(records, records.Framework!, records.Task!, containerId, wasStarted: false);

    private RecoveredRun Recovered(RunRecords records, FrameworkInfo framework, TaskInfo task, string containerId, bool wasStarted) => new(
        framework, task, containerId, records.Statuses, records.Acknowledged, records.Kill?.Intent, wasStarted, null, TimeSpan.Zero,
        sameBoot && records.Kill?.Deadline is { } deadline ? Left(deadline) : null) { Pod = records.Pod, Program = records.Program, WasDelivered = records.WasDelivered };

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
