using System.Collections.Concurrent;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Isolation;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Logs;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Nested;

/// <summary>
/// The containers within tasks' containers, or within each other. They end with what they stand in. Those that are kept and have no terminal
/// outlive this process of the agent; the others end with it, and what a killed agent has left of them the next one ends.
/// </summary>
internal sealed class NestedContainers(
    Containers containers, TaskStarter starter, TaskProcesses processes, ContainerIsolation isolation, ProcessWatch watch, DescriptorWatch descriptors, NestedRecords records, NestedLimits limits,
    TimeProvider time, ILogger log)
{
    private const int SweepAttempts = 1000;
    private static readonly TimeSpan SweepPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private readonly Queue<string> over = new();

    /// <summary>Those whose processes run.</summary>
    public IEnumerable<NestedContainer> Running => entries.Values.Select(each => each.Container).OfType<NestedContainer>().Where(each => !each.Ended.IsCompleted);

    /// <summary>Null when there is none, or none any more of which something is known.</summary>
    public NestedContainer? Find(NestedId id) => entries.GetValueOrDefault(id.Key)?.Container;

    /// <param name="kept">It lives on without who launched it, and what it writes is kept in the sandbox.</param>
    /// <param name="first">Reads from the beginning; null for nobody.</param>
    public NestedStart Launch(NestedId id, NestedCommand command, TaskRun parent, string agentId, bool kept, ProcessOutput? first)
    {
        if (containers.Supervisor(id.Task) is not { } supervisor || (id.Outer is { } outer && Find(outer) is not { IsOver: false }))
            return new NestedStart.Refused($"The container '{id.Parent}' does not run");
        if (Enter(id) is { } refused)
            return refused;
        try
        {
            return new NestedStart.Started(Start(id, command, parent, agentId, kept, supervisor, first));
        }
        catch (Exception problem)
        {
            entries.TryRemove(id.Key, out _);
            if (problem is not (IOException or UnauthorizedAccessException))
                throw;
            log.LogWarning("Container {Container} within {Parent} was not started: {Problem}", id.Value, id.Parent, problem.Message);
            return new NestedStart.Refused($"The container could not be started: {problem.Message}");
        }
    }

    /// <summary>Forgets one that has ended, with its folder. False when it runs.</summary>
    /// <exception cref="IOException">Something in its folder can't be removed.</exception>
    public bool Remove(NestedContainer container)
    {
        if (!container.Ended.IsCompleted)
            return false;
        if (container.KeptIn is { } sandbox)
            NestedFolder.Remove(sandbox, container.Id.Path);
        foreach (var inner in Within(container.Id))
            Forget(inner.Id.Key);
        Forget(container.Id.Key);
        return true;
    }

    /// <summary>Takes up those that outlived an earlier process of this agent, or whose ends it has left to be told.</summary>
    /// <param name="find">The task that the name means; null when there is none any more.</param>
    public void Recover(Func<NestedName, (NestedId Id, TaskRun Task)?> find, string agentId)
    {
        foreach (var (name, directory) in records.Read())
        {
            try
            {
                if (find(name) is (var id, var task) && SupervisorFiles.ReadStarted(directory) is { } process && containers.Supervisor(id.Task) is not null && (id.Outer is not { } outer || Find(outer) is not null))
                    Adopt(id, task, agentId, directory, process);
                else
                    NestedRecords.Forget(directory);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                log.LogError("Container {Container} can't be taken up again and is ended: {Problem}", name.Value, problem.Message);
                NestedRecords.Forget(directory);
            }
        }
    }

    /// <summary>Ends what a process of this agent that was killed has left in the containers of its tasks, but for what was taken up again.</summary>
    public void Sweep(IEnumerable<string> containerIds)
    {
        var adopted = entries.Values.Select(each => each.Container).OfType<NestedContainer>().Select(each => each.Id.Group).ToHashSet(StringComparer.Ordinal);
        // Before those that stand in it, whatever isolation names them by.
        var leftovers = containerIds.Concat(adopted).SelectMany(isolation.Inside).Distinct().Where(each => !adopted.Contains(each)).OrderBy(each => each.Length).ToList();
        foreach (var leftover in leftovers)
        {
            log.LogWarning("Ending what was left of container {Container}", leftover);
            for (var attempt = 0; attempt < SweepAttempts && isolation.Members(leftover, null).Count > 0; attempt++)
            {
                isolation.KillMembers(leftover, null);
                Thread.Sleep(SweepPause);
            }

            isolation.Remove(leftover);
        }
    }

    /// <summary>When the agent stops: tasks may live on, and what is made to; the others do not.</summary>
    public async Task EndAllAsync()
    {
        var ending = Running.Where(each => each.RunDirectory is null).ToList();
        ending.ForEach(each => each.Signal(Libc.SignalKill));
        await Task.WhenAny(Task.WhenAll(ending.Select(each => each.Ended)), Task.Delay(EndsWithin, time));
    }

    /// <summary>Null when there is room for it, which it then has.</summary>
    private NestedStart? Enter(NestedId id)
    {
        lock (gate)
        {
            if (entries.ContainsKey(id.Key))
                return new NestedStart.Known();
            var running = entries.Where(each => each.Value.Container is not { Ended.IsCompleted: true }).ToList();
            if (running.Count >= limits.Running)
                return new NestedStart.TooMany($"This agent runs {running.Count} containers within tasks already, which is all that its open files allow");
            if (running.Count(each => each.Key.StartsWith(id.Task + "/", StringComparison.Ordinal)) >= NestedLimits.OfOneTask)
                return new NestedStart.TooMany($"{NestedLimits.OfOneTask} containers run within '{id.Task}' already, which is all that one task may have");
            entries[id.Key] = new Entry();
            return null;
        }
    }

    private NestedContainer Start(
        NestedId id, NestedCommand command, TaskRun parent, string agentId, bool kept, ProcessIdentity supervisor, ProcessOutput? first)
    {
        var context = starter.ContextOf(parent, agentId);
        context = context with { Environment = EnvironmentOf(context.Environment, command, id.Group) };
        isolation.PrepareWithin(id.Group);
        try
        {
            var (container, process) = kept && command.Terminal is null
                ? StartToOutlive(id, command, parent, context, supervisor)
                : StartPlain(id, command, parent, context, kept, supervisor);
            if (first is not null)
                container.TryAdd(first, out _);
            entries[id.Key].Container = container;
            _ = RunAsync(container, process);
            return container;
        }
        catch
        {
            isolation.Remove(id.Group);
            throw;
        }
    }

    private (NestedContainer Container, ProcessIdentity Process) StartPlain(NestedId id, NestedCommand command, TaskRun parent, TaskContext context, bool kept, ProcessIdentity supervisor)
    {
        var ends = NestedEnds.Make(id, command, kept, context.Sandbox, context.User, limits.LogBytes, descriptors);
        try
        {
            var process = processes.StartBeside(id.Group, supervisor, context, CommandLine.Of(command.Info), ends.OfProcess);
            ends.CloseOfProcess();
            return (new NestedContainer(id, parent, ends, kept ? context.Sandbox : null, null, isolation, time), process);
        }
        catch
        {
            ends.Dispose();
            if (kept)
                NestedFolder.Remove(context.Sandbox, id.Path);
            throw;
        }
    }

    private (NestedContainer Container, ProcessIdentity Process) StartToOutlive(NestedId id, NestedCommand command, TaskRun parent, TaskContext context, ProcessIdentity supervisor)
    {
        var directory = records.Make(id, Guid.NewGuid());
        NestedEnds? ends = null;
        var folder = NestedFolder.Make(context.Sandbox, id.Path, context.User);
        try
        {
            using var pipes = LogPipes.Make(directory, context.User);
            ends = NestedEnds.Follow(directory, folder, context.User, limits.LogBytes);
            var process = processes.StartSupervisedBeside(id.Group, directory, supervisor, context, CommandLine.Of(command.Info), pipes);
            return (new NestedContainer(id, parent, ends, context.Sandbox, directory, isolation, time), process);
        }
        catch
        {
            folder.Dispose();
            ends?.Dispose();
            NestedFolder.Remove(context.Sandbox, id.Path);
            NestedRecords.Forget(directory);
            throw;
        }
    }

    private void Adopt(NestedId id, TaskRun task, string agentId, string directory, ProcessIdentity process)
    {
        var context = starter.ContextOf(task, agentId);
        var ends = NestedEnds.Follow(directory, NestedFolder.Find(context.Sandbox, id.Path), context.User, limits.LogBytes);
        var container = new NestedContainer(id, task, ends, context.Sandbox, directory, isolation, time);
        entries[id.Key] = new Entry { Container = container };
        _ = RunAsync(container, process);
    }

    private async Task RunAsync(NestedContainer container, ProcessIdentity process)
    {
        try
        {
            var running = container.RunAsync(process, watch, descriptors, () => Task.WhenAll(Within(container.Id).Select(each => each.Ended)));
            // What it stands in may have ended at the very moment; then nobody has seen this one.
            if (containers.Supervisor(container.Id.Task) is not { } supervisor || !ProcessStat.IsAlive(supervisor) || (container.Id.Outer is { } outer && Find(outer) is not { IsOver: false }))
                container.Signal(Libc.SignalKill);
            await running;
        }
        catch (Exception problem)
        {
            log.LogError("Container {Container} within {Parent} is not watched any more: {Problem}", container.Id.Value, container.Id.Parent, problem.Message);
        }

        Remember(container);
    }

    private List<NestedContainer> Within(NestedId id) =>
        [.. entries.Where(each => each.Key.StartsWith(id.Key + "/", StringComparison.Ordinal)).Select(each => each.Value.Container).OfType<NestedContainer>()];

    private void Forget(string key)
    {
        if (entries.TryRemove(key, out var entry) && entry.Container?.RunDirectory is { } directory)
            NestedRecords.Forget(directory);
    }

    /// <summary>How it ended is known for a while, to whoever asks late.</summary>
    private void Remember(NestedContainer container)
    {
        lock (gate)
        {
            over.Enqueue(container.Id.Key);
            while (over.Count > NestedLimits.EndedKept)
            {
                var oldest = over.Dequeue();
                if (entries.TryGetValue(oldest, out var entry) && entry.Container is { Ended.IsCompleted: true })
                    Forget(oldest);
            }
        }
    }

    private static Dictionary<string, string> EnvironmentOf(IReadOnlyDictionary<string, string> ofTask, NestedCommand command, string group)
    {
        var environment = new Dictionary<string, string>(ofTask, StringComparer.Ordinal);
        if (command.Terminal is not null)
            environment["TERM"] = "xterm";
        TaskEnvironment.Add(environment, command.Info.Environment);
        environment[ProcessIsolation.Marker] = group;
        return environment;
    }

    /// <summary>Without a container while one is being started.</summary>
    private sealed class Entry
    {
        public NestedContainer? Container { get; set; }
    }
}

/// <summary>What became of a launch.</summary>
internal abstract record NestedStart
{
    private NestedStart()
    {
    }

    public sealed record Started(NestedContainer Container) : NestedStart;

    /// <summary>There is one of that id.</summary>
    public sealed record Known : NestedStart;

    public sealed record TooMany(string Why) : NestedStart;

    public sealed record Refused(string Why) : NestedStart;
}

/// <param name="Running">Of all tasks, at a time.</param>
/// <param name="LogBytes">Of each of stdout and stderr that are kept.</param>
internal sealed record NestedLimits(int Running, long LogBytes)
{
    public const int OfOneTask = 16;

    /// <summary>How many that have ended are remembered.</summary>
    public const int EndedKept = 256;
}
