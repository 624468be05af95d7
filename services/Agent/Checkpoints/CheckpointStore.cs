using System.Collections.Concurrent;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Hosting.Files;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Agent.Checkpoints;

/// <summary>
/// What the agent must know after it was killed or its host lost power, under <c>work-dir/meta</c>: its id, and for each run
/// a folder with the task, its history and what the supervisor leaves there. Tasks that a program of their framework's runs have
/// no folders; those of one executor share a history. What was written is on the disk when the call returns; histories wait for
/// <see cref="Flush"/>, so that many records cost one wait. Histories are for one thread.
/// </summary>
public sealed class CheckpointStore
{
    internal const string History = "history";
    private readonly string agentIdFile;
    private readonly string workDirectoryIdFile;
    private readonly string runs;
    private readonly string setAside;
    private readonly ILogger log;
    private readonly RunReader reader;
    private readonly HostBoot boot;
    private readonly ConcurrentDictionary<string, string> podOf = new(StringComparer.Ordinal);
    private readonly ExecutorHistories executors;
    private readonly Dictionary<string, MemoryStream> waiting = new(StringComparer.Ordinal);

    /// <exception cref="IOException">The folder can't be made or written.</exception>
    public CheckpointStore(string workDirectory, HostBoot boot, ILogger log)
    {
        this.log = log;
        this.boot = boot;
        var meta = Path.Combine(workDirectory, "meta");
        runs = Path.Combine(meta, "runs");
        setAside = Path.Combine(meta, "set-aside");
        agentIdFile = Path.Combine(meta, "agent");
        workDirectoryIdFile = Path.Combine(meta, "work_directory_id");
        Directory.CreateDirectory(meta, AtomicFile.OwnerFolder);
        Directory.CreateDirectory(runs, AtomicFile.OwnerFolder);
        executors = new ExecutorHistories(Path.Combine(meta, "executors"), container => Directory.Exists(RunDirectory(container)), log);
        FolderSync.Flush(workDirectory);
        FolderSync.Flush(meta);
        reader = new RunReader(boot, SameBoot(Path.Combine(meta, "boot_id")));
    }

    /// <summary>How many checkpoints could not be read at start; they are kept beside the others.</summary>
    public int SetAside { get; private set; }

    /// <summary>Empty when this agent has none, or a loss of power took it.</summary>
    public string ReadAgentId() => File.Exists(agentIdFile) ? File.ReadAllText(agentIdFile).Trim('\0', ' ', '\n') : "";

    public void WriteAgentId(string agentId)
    {
        if (ReadAgentId() == agentId)
            return;
        AtomicFile.Write(agentIdFile, agentId + "\n");
    }

    /// <summary>By it a master knows this agent before the agent knows its own id; the same for as long as the work directory stands.</summary>
    /// <param name="ifNew">Taken where there is none yet, or a loss of power took it.</param>
    public string WorkDirectoryId(Guid ifNew)
    {
        if (File.Exists(workDirectoryIdFile) && Guid.TryParse(File.ReadAllText(workDirectoryIdFile), out var kept))
            return kept.ToString();
        AtomicFile.Write(workDirectoryIdFile, $"{ifNew}\n");
        return ifNew.ToString();
    }

    public void ForgetAgentId() => File.Delete(agentIdFile);

    /// <summary>The folder that the supervisor of this run writes to.</summary>
    public string RunDirectory(string containerId) => Path.Combine(runs, containerId);

    /// <summary>Before anything of the task is started. For any thread.</summary>
    public void WriteRun(TaskRun run)
    {
        var directory = RunDirectory(run.ContainerId);
        Directory.CreateDirectory(directory, AtomicFile.OwnerFolder);
        using var records = new MemoryStream();
        RunLog.Write(records, RunLog.Framework, run.Framework.ToByteArray());
        if (run.Pod is { } pod)
        {
            RunLog.Write(records, RunLog.Pod, PodRecord.Encode(pod));
            podOf[run.ContainerId] = pod.ContainerId;
        }

        if (run.ProgramOf is { } executor)
            RunLog.Write(records, RunLog.Program, WithoutSecretFiles(executor.Info, executor.Info.Container, static (kept, container) => kept.Container = container).ToByteArray());
        RunLog.Write(records, RunLog.Task, WithoutSecretFiles(run.Task, run.Task.Container, static (kept, container) => kept.Container = container).ToByteArray());
        Durable.Append(Path.Combine(directory, History), records.GetBuffer().AsSpan(0, (int)records.Length));
        FolderSync.Flush(directory);
        FolderSync.Flush(runs);
    }

    /// <summary>Files are placed once, before the start; the environment is needed again, for what is run beside the task later.</summary>
    private static T WithoutSecretFiles<T>(T info, ContainerInfo? container, Action<T, ContainerInfo> set)
        where T : class, IMessage<T>
    {
        if (container?.WithoutSecrets() is not { } kept || kept == container)
            return info;
        var copy = info.Clone();
        set(copy, kept);
        return copy;
    }

    /// <summary>Of a task that its executor's program runs.</summary>
    public void AppendRun(TaskRun run)
    {
        podOf[run.ContainerId] = run.Pod!.ContainerId;
        executors.Begin(run);
    }

    public void AppendStatus(string containerId, TaskReport status) => Append(containerId, RunLog.Status, status.ToByteArray());

    public void AppendAcknowledgement(string containerId, ByteString uuid) => Append(containerId, RunLog.Acknowledged, uuid.Span);

    public void AppendDelivery(string containerId) => Append(containerId, RunLog.Delivered, []);

    /// <param name="grace">From now to SIGKILL; null when that is not decided.</param>
    public void AppendKill(string containerId, KillIntent intent, TimeSpan? grace) =>
        Append(containerId, RunLog.Kill, KillRecord.Encode(intent, grace is { } given ? boot.Uptime() + given : null));

    /// <summary>What was appended to histories is on the disk afterwards. One that can't be written is named in the log, and the others are.</summary>
    /// <param name="forgotten">Runs whose histories nobody will read.</param>
    /// <returns>How many could not be written.</returns>
    public int Flush(IReadOnlySet<string> forgotten)
    {
        var failed = 0;
        foreach (var (containerId, records) in waiting)
        {
            var directory = RunDirectory(containerId);
            if (forgotten.Contains(containerId) || !Directory.Exists(directory))
                continue;
            try
            {
                Durable.Append(Path.Combine(directory, History), records.GetBuffer().AsSpan(0, (int)records.Length));
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                // A full disk must not end the agent: what waits goes out all the same, it is only not remembered.
                failed++;
                log.LogError("The history of container {Container} was not written: {Problem}", containerId, problem.Message);
            }
        }

        waiting.Clear();
        foreach (var containerId in forgotten)
            executors.Forget(containerId);
        return failed + executors.Flush();
    }

    public void Forget(string containerId)
    {
        var directory = RunDirectory(containerId);
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
        executors.Forget(containerId);
        podOf.TryRemove(containerId, out _);
    }

    /// <summary>Whether the run of this container, or one below it, has not been forgotten. For any thread.</summary>
    public bool IsInUse(string containerId) => Directory.Exists(RunDirectory(containerId)) || podOf.Any(each => each.Value == containerId);

    /// <summary>All runs that were not forgotten, in a stable order. What can't be read is kept aside, named in the log and counted.</summary>
    public IReadOnlyList<RecoveredRun> ReadRuns()
    {
        var found = new List<RecoveredRun>();
        foreach (var directory in Directory.GetDirectories(runs).Order(StringComparer.Ordinal))
        {
            try
            {
                if (reader.Read(directory) is { } run)
                {
                    found.Add(run);
                    if (run.Pod is { } pod)
                        podOf[run.ContainerId] = pod.ContainerId;
                }
                else
                    Directory.Delete(directory, recursive: true); // Killed before the checkpoint was whole: nothing was started.
            }
            catch (Exception problem) when (problem is IOException or InvalidDataException or InvalidProtocolBufferException or UnauthorizedAccessException)
            {
                PutAside(directory, problem.Message);
            }
        }

        foreach (var (containerId, records) in executors.Read(CopyAside))
        {
            found.Add(reader.ReadUnder(containerId, records));
            podOf[containerId] = records.Pod!.ContainerId;
        }

        return found;
    }

    private void PutAside(string directory, string problem)
    {
        var kept = Path.Combine(setAside, Path.GetFileName(directory));
        log.LogError("The checkpoint {Directory} can't be read and is kept as {Kept}; its task counts as gone: {Problem}", directory, kept, problem);
        SetAside++;
        try
        {
            Directory.CreateDirectory(setAside, AtomicFile.OwnerFolder);
            if (Directory.Exists(kept))
                Directory.Delete(kept, recursive: true);
            Directory.Move(directory, kept);
        }
        catch (Exception second) when (second is IOException or UnauthorizedAccessException)
        {
            log.LogError("It could not be moved there: {Problem}", second.Message);
        }
    }

    /// <summary>Others of its tasks go on writing to it.</summary>
    private void CopyAside(string history, string problem)
    {
        var kept = Path.Combine(setAside, Path.GetFileName(history));
        log.LogError("The checkpoints of the tasks of an executor can't be read, or not all: {Problem}. A copy is kept as {Kept}; what can't be read counts as gone", problem, kept);
        SetAside++;
        try
        {
            Directory.CreateDirectory(setAside, AtomicFile.OwnerFolder);
            File.Copy(history, kept, overwrite: true);
        }
        catch (Exception second) when (second is IOException or UnauthorizedAccessException)
        {
            log.LogError("It could not be copied there: {Problem}", second.Message);
        }
    }

    private void Append(string containerId, byte kind, ReadOnlySpan<byte> content)
    {
        if (executors.Has(containerId))
        {
            executors.Append(containerId, kind, content);
            return;
        }

        if (!waiting.TryGetValue(containerId, out var records))
            waiting[containerId] = records = new MemoryStream();
        RunLog.Write(records, kind, content);
    }

    /// <summary>Process ids mean nothing after a start of the host.</summary>
    private bool SameBoot(string file)
    {
        var before = File.Exists(file) ? File.ReadAllText(file).Trim('\0', ' ', '\n') : "";
        if (before == boot.Id)
            return true;
        AtomicFile.Write(file, boot.Id + "\n");
        // An agent that knew no such file was replaced in place: the host has not been started since.
        return before.Length == 0;
    }
}
