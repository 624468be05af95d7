using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Hosting.Files;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Agent.Checkpoints;

/// <summary>
/// What the agent must know after it was killed, under <c>work-dir/meta</c>: its id, and for each run a folder with the
/// task, its history and what the supervisor leaves there. Written through the page cache, not synced: it has to survive
/// the agent, and a host that loses power has lost the tasks as well.
/// </summary>
public sealed class CheckpointStore
{
    private readonly string agentIdFile;
    private readonly string runs;
    private readonly ILogger log;

    public CheckpointStore(string workDirectory, ILogger log)
    {
        this.log = log;
        var meta = Path.Combine(workDirectory, "meta");
        runs = Path.Combine(meta, "runs");
        agentIdFile = Path.Combine(meta, "agent");
        Directory.CreateDirectory(meta, AtomicFile.OwnerFolder);
        Directory.CreateDirectory(runs, AtomicFile.OwnerFolder);
    }

    /// <summary>Empty when this agent has none.</summary>
    public string ReadAgentId() => File.Exists(agentIdFile) ? File.ReadAllText(agentIdFile).Trim() : "";

    public void WriteAgentId(string agentId) => AtomicFile.Write(agentIdFile, agentId + "\n");

    public void ForgetAgentId() => File.Delete(agentIdFile);

    /// <summary>The folder that the supervisor of this run writes to.</summary>
    public string RunDirectory(string containerId) => Path.Combine(runs, containerId);

    /// <summary>Before anything of the task is started.</summary>
    public void WriteRun(TaskRun run)
    {
        var directory = RunDirectory(run.ContainerId);
        Directory.CreateDirectory(directory, AtomicFile.OwnerFolder);
        AtomicFile.Write(Path.Combine(directory, "framework"), run.Framework.ToByteArray());
        AtomicFile.Write(Path.Combine(directory, "task"), run.Task.ToByteArray());
    }

    public void AppendStatus(string containerId, TaskReport status) => Append(containerId, RunLog.Status, status.ToByteArray());

    public void AppendAcknowledgement(string containerId, ByteString uuid) => Append(containerId, RunLog.Acknowledged, uuid.Span);

    public void AppendKill(string containerId, KillIntent intent) => Append(containerId, RunLog.Kill, [(byte)intent]);

    public void Forget(string containerId)
    {
        var directory = RunDirectory(containerId);
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }

    /// <summary>All runs that were not forgotten, in a stable order. One that can't be read is named in the log and left in place.</summary>
    public IReadOnlyList<RecoveredRun> ReadRuns()
    {
        var found = new List<RecoveredRun>();
        foreach (var directory in Directory.GetDirectories(runs).Order(StringComparer.Ordinal))
        {
            try
            {
                if (File.Exists(Path.Combine(directory, "task")))
                    found.Add(ReadRun(directory));
                else
                    Directory.Delete(directory, recursive: true); // Killed before the checkpoint was whole: nothing was started.
            }
            catch (Exception problem) when (problem is IOException or InvalidProtocolBufferException or UnauthorizedAccessException)
            {
                log.LogError("Cannot read the checkpoint {Directory}: {Problem}", directory, problem.Message);
            }
        }

        return found;
    }

    private void Append(string containerId, byte kind, ReadOnlySpan<byte> content)
    {
        var directory = RunDirectory(containerId);
        if (Directory.Exists(directory))
            RunLog.Append(Path.Combine(directory, "history"), kind, content);
    }

    private static RecoveredRun ReadRun(string directory)
    {
        var statuses = new List<TaskReport>();
        var acknowledged = new HashSet<ByteString>();
        KillIntent? intent = null;
        foreach (var (kind, content) in RunLog.Read(Path.Combine(directory, "history")))
        {
            if (kind == RunLog.Status)
                statuses.Add(TaskReport.Parser.ParseFrom(content.Span));
            else if (kind == RunLog.Acknowledged)
                acknowledged.Add(ByteString.CopyFrom(content.Span));
            else if (kind == RunLog.Kill && content.Length == 1)
                intent = (KillIntent)content.Span[0];
        }

        var started = Path.Combine(directory, "started");
        return new RecoveredRun(
            FrameworkInfo.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(directory, "framework"))),
            TaskInfo.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(directory, "task"))),
            Path.GetFileName(directory),
            statuses,
            acknowledged,
            intent,
            Launching.SupervisorFiles.ReadStarted(directory)?.Pid,
            File.Exists(started) ? File.GetLastWriteTimeUtc(started) : null);
    }
}
