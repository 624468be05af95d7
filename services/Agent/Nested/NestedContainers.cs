using System.Collections.Concurrent;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Isolation;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Nested;

/// <summary>
/// The containers within tasks' containers. They are this process's alone: they end with it at the latest, and with their task; what a killed
/// agent has left of them the next one ends.
/// </summary>
internal sealed class NestedContainers(
    Containers containers, TaskStarter starter, TaskProcesses processes, ContainerIsolation isolation, ProcessWatch watch, NestedLimits limits,
    TimeProvider time, ILogger log) : IDisposable
{
    private const int SweepAttempts = 1000;
    private static readonly TimeSpan SweepPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(5);

    private readonly DescriptorWatch descriptors = new();
    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<(string Parent, string Value), Entry> entries = new();
    private readonly Queue<(string Parent, string Value)> over = new();

    /// <summary>Those whose processes run.</summary>
    public IEnumerable<NestedContainer> Running => entries.Values.Select(each => each.Container).OfType<NestedContainer>().Where(each => !each.Ended.IsCompleted);

    /// <summary>Null when there is none, or none any more of which something is known.</summary>
    public NestedContainer? Find(NestedId id) => entries.GetValueOrDefault((id.Parent, id.Value))?.Container;

    /// <param name="kept">It lives on without who launched it, and what it writes is kept in the sandbox.</param>
    /// <param name="first">Reads from the beginning; null for nobody.</param>
    public NestedStart Launch(NestedId id, NestedCommand command, TaskRun parent, string agentId, bool kept, ProcessOutput? first)
    {
        if (containers.Supervisor(id.Parent) is not { } supervisor)
            return new NestedStart.Refused($"The container '{id.Parent}' does not run");
        if (Enter(id) is { } refused)
            return refused;
        try
        {
            return new NestedStart.Started(Start(id, command, parent, agentId, kept, supervisor, first));
        }
        catch (Exception problem)
        {
            entries.TryRemove((id.Parent, id.Value), out _);
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
            NestedFolder.Remove(sandbox, container.Id.Value);
        entries.TryRemove((container.Id.Parent, container.Id.Value), out _);
        return true;
    }

    /// <summary>Ends what a process of this agent that was killed has left in the containers of its tasks.</summary>
    public void Sweep(IEnumerable<string> containerIds)
    {
        foreach (var leftover in containerIds.SelectMany(isolation.Inside).ToList())
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

    /// <summary>When the agent stops: tasks may live on, these do not.</summary>
    public async Task EndAllAsync()
    {
        var ending = Running.ToList();
        ending.ForEach(each => each.Signal(Libc.SignalKill));
        await Task.WhenAny(Task.WhenAll(ending.Select(each => each.Ended)), Task.Delay(EndsWithin, time));
    }

    public void Dispose() => descriptors.Dispose();

    /// <summary>Null when there is room for it, which it then has.</summary>
    private NestedStart? Enter(NestedId id)
    {
        lock (gate)
        {
            if (entries.ContainsKey((id.Parent, id.Value)))
                return new NestedStart.Known();
            var running = entries.Where(each => each.Value.Container is not { Ended.IsCompleted: true }).ToList();
            if (running.Count >= limits.Running)
                return new NestedStart.TooMany($"This agent runs {running.Count} containers within tasks already, which is all that its open files allow");
            if (running.Count(each => each.Key.Parent == id.Parent) >= NestedLimits.OfOneTask)
                return new NestedStart.TooMany($"{NestedLimits.OfOneTask} containers run within '{id.Parent}' already, which is all that one task may have");
            entries[(id.Parent, id.Value)] = new Entry();
            return null;
        }
    }

    private NestedContainer Start(
        NestedId id, NestedCommand command, TaskRun parent, string agentId, bool kept, ProcessIdentity supervisor, ProcessOutput? first)
    {
        var context = starter.ContextOf(parent, agentId);
        var group = ContainerIsolation.Below(id.Parent, id.Value);
        var ends = NestedEnds.Make(id, command, kept, context.Sandbox, context.User, limits.LogBytes, descriptors);
        try
        {
            isolation.PrepareWithin(group);
            var process = processes.StartBeside(
                group, supervisor, context with { Environment = EnvironmentOf(context.Environment, command, group) }, CommandLine.Of(command.Info), ends.OfProcess);
            ends.CloseOfProcess();
            var container = new NestedContainer(id, parent, group, ends, kept ? context.Sandbox : null, isolation, time);
            if (first is not null)
                container.TryAdd(first, out _);
            entries[(id.Parent, id.Value)].Container = container;
            _ = RunAsync(container, process);
            return container;
        }
        catch
        {
            ends.Dispose();
            if (kept)
                NestedFolder.Remove(context.Sandbox, id.Value);
            isolation.Remove(group);
            throw;
        }
    }

    private async Task RunAsync(NestedContainer container, ProcessIdentity process)
    {
        try
        {
            var running = container.RunAsync(process, watch, descriptors);
            // The task may have ended at the very moment; then nobody has seen this one.
            if (containers.Supervisor(container.Id.Parent) is not { } supervisor || !ProcessStat.IsAlive(supervisor))
                container.Signal(Libc.SignalKill);
            await running;
        }
        catch (Exception problem)
        {
            log.LogError("Container {Container} within {Parent} is not watched any more: {Problem}", container.Id.Value, container.Id.Parent, problem.Message);
        }

        Remember(container);
    }

    /// <summary>How it ended is known for a while, to whoever asks late.</summary>
    private void Remember(NestedContainer container)
    {
        lock (gate)
        {
            over.Enqueue((container.Id.Parent, container.Id.Value));
            while (over.Count > NestedLimits.EndedKept)
            {
                var oldest = over.Dequeue();
                if (entries.TryGetValue(oldest, out var entry) && entry.Container is { Ended.IsCompleted: true })
                    entries.TryRemove(oldest, out _);
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
