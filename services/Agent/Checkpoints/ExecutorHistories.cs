using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Hosting.Files;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Agent.Checkpoints;

/// <summary>The histories of tasks under programs of their frameworks, those of each executor in one file. For one thread.</summary>
internal sealed class ExecutorHistories
{
    private readonly string folder;
    private readonly Func<string, bool> lives;
    private readonly ILogger log;
    private readonly Dictionary<string, ExecutorHistory> byExecutor = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ExecutorHistory> byTask = new(StringComparer.Ordinal);

    /// <param name="lives">Whether the executor in a container may be given more tasks.</param>
    /// <exception cref="IOException">The folder can't be made.</exception>
    public ExecutorHistories(string folder, Func<string, bool> lives, ILogger log)
    {
        this.folder = folder;
        this.lives = lives;
        this.log = log;
        Directory.CreateDirectory(folder, AtomicFile.OwnerFolder);
        foreach (var unfinished in Directory.GetFiles(folder, "*" + AtomicFile.Unfinished))
            File.Delete(unfinished);
    }

    /// <summary>Tasks that an older version of this agent took in have histories of their own.</summary>
    public bool Has(string containerId) => byTask.ContainsKey(containerId);

    public void Begin(TaskRun run)
    {
        var executor = run.Pod!.ContainerId;
        if (!byExecutor.TryGetValue(executor, out var history))
            byExecutor[executor] = history = ExecutorHistory.New(folder, executor);
        byTask[run.ContainerId] = history;
        history.Append(run.ContainerId, RunLog.Framework, run.Framework.ToByteArray());
        history.Append(run.ContainerId, RunLog.Pod, PodRecord.Encode(run.Pod));
        history.Append(run.ContainerId, RunLog.Task, run.Task.ToByteArray());
    }

    public void Append(string containerId, byte kind, ReadOnlySpan<byte> content) => byTask[containerId].Append(containerId, kind, content);

    /// <summary>Of a task or of an executor; a history goes with the last of both.</summary>
    public void Forget(string containerId)
    {
        if (byTask.Remove(containerId, out var history))
            history.Forget(containerId);
        else if (!byExecutor.TryGetValue(containerId, out history))
            return;
        if (history.Tasks.Count > 0 || lives(history.Executor))
            return;
        history.Delete();
        byExecutor.Remove(history.Executor);
    }

    /// <returns>How many could not be written.</returns>
    public int Flush()
    {
        var failed = 0;
        foreach (var history in byExecutor.Values)
        {
            try
            {
                history.Flush();
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                // As for histories of other tasks: it goes on, and is only not remembered.
                failed++;
                log.LogError("The history of executor {Container} was not written: {Problem}", history.Executor, problem.Message);
            }
        }

        return failed;
    }

    /// <summary>The records of each task that was not forgotten, in the order in which the tasks came.</summary>
    /// <param name="unreadable">Called for a file that can't be read, or not whole.</param>
    public IEnumerable<(string ContainerId, RunRecords Records)> Read(Action<string, string> unreadable)
    {
        foreach (var path in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
        {
            ExecutorHistory history;
            IReadOnlyDictionary<string, List<(byte Kind, ReadOnlyMemory<byte> Content)>> found;
            try
            {
                history = ExecutorHistory.Read(path, out found);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                unreadable(path, problem.Message);
                continue;
            }

            byExecutor[history.Executor] = history;
            foreach (var (task, records) in found)
            {
                byTask[task] = history;
                if (Together(records) is { } whole)
                {
                    yield return (task, whole);
                    continue;
                }

                unreadable(path, $"what it holds of {task} is damaged");
                Forget(task);
            }

            if (found.Count == 0)
                Forget(history.Executor);
        }
    }

    private static RunRecords? Together(List<(byte Kind, ReadOnlyMemory<byte> Content)> records)
    {
        var together = new RunRecords();
        try
        {
            foreach (var (kind, content) in records)
                together.Add(kind, content);
        }
        catch (Exception problem) when (problem is InvalidDataException or InvalidProtocolBufferException)
        {
            return null;
        }

        return together is { Framework.Id.Value.Length: > 0, Task.TaskId.Value.Length: > 0, Pod: not null } ? together : null;
    }
}
