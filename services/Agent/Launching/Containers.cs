using System.Collections.Concurrent;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Checkpoints;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Isolation;
using DataPlatform.Services.Agent.Logs;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Agent.Sandboxes;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Agent.Launching;

/// <summary>
/// The processes of this agent's tasks, from start to the last of them. What happens is told as inputs to the one loop
/// that decides.
/// </summary>
internal sealed class Containers(
    TaskStarter starter,
    ContainerIsolation isolation,
    CheckpointStore checkpoints,
    ProcessWatch watch,
    SandboxPaths sandboxes,
    LogKeeping logs,
    TaskOutput output,
    Action<TaskRun> runEnded,
    Action<string> sandboxEnded,
    Func<AgentInput, ValueTask> post,
    ILogger log)
{
    private static readonly TimeSpan DestroyFor = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan SupervisorEndsWithin = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<string, Container> containers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> unkillable = new(StringComparer.Ordinal);

    /// <summary>Tasks whose processes are not all gone.</summary>
    public ICollection<string> Alive => containers.Keys;

    /// <summary>Tasks of which something withstands SIGKILL. Their resources stay taken.</summary>
    public int Unkillable => unkillable.Count;

    /// <summary>The folders of tasks that write their logs themselves: they were started by an agent before this one.</summary>
    public IEnumerable<string> Sandboxes => containers.Where(each => each.Value.Supervisor is not null && !LogPipes.Exist(checkpoints.RunDirectory(each.Key)))
        .Select(each => sandboxes.Find(each.Value.Run)).OfType<string>();

    /// <summary>Where the task runs; null when no process of it is known.</summary>
    public ProcessIdentity? Supervisor(string containerId) => containers.GetValueOrDefault(containerId)?.Supervisor;

    public void Launch(TaskRun run, string agentId)
    {
        var container = new Container(run);
        containers[run.ContainerId] = container;
        _ = Task.Run(() => LaunchAsync(run, agentId, container));
    }

    public void CancelLaunch(string containerId)
    {
        if (containers.TryGetValue(containerId, out var container))
            container.Cancellation.Cancel();
    }

    /// <summary>Takes up a task that an earlier process of this agent has started.</summary>
    /// <param name="supervisor">Null when it can't be alive: the host was started since.</param>
    public void Adopt(TaskRun run, ProcessIdentity? supervisor)
    {
        var container = new Container(run) { Supervisor = supervisor };
        containers[run.ContainerId] = container;
        if (sandboxes.Find(run) is { } sandbox)
            logs.Keep(run.ContainerId, checkpoints.RunDirectory(run.ContainerId), sandbox, null);
        _ = Task.Run(() => WatchAsync(run.ContainerId, container));
    }

    /// <summary>Of no effect on a container that is not there.</summary>
    /// <exception cref="IOException">The host refuses.</exception>
    public void Resize(string containerId, IReadOnlyList<Resource> resources) => isolation.Resize(containerId, starter.LimitsOf(resources));

    public void Terminate(string containerId)
    {
        if (!TryTerminate(containerId))
            _ = Task.Run(() => TerminateSoonAsync(containerId));
    }

    private bool TryTerminate(string containerId)
    {
        var members = isolation.Members(containerId, Supervisor(containerId)?.Pid);
        foreach (var pid in members)
            _ = Libc.kill(pid, Libc.SignalTerminate);
        return members.Count > 0;
    }

    /// <summary>The supervisor may only be about to start the task.</summary>
    private async Task TerminateSoonAsync(string containerId)
    {
        const int attempts = 100;
        for (var attempt = 0; attempt < attempts && containers.ContainsKey(containerId); attempt++)
        {
            await Task.Delay(5);
            if (TryTerminate(containerId))
                return;
        }
    }

    public void Destroy(string containerId) => _ = Task.Run(() => DestroyAsync(containerId));

    /// <summary>Groups that hold no task of this agent, left by a process of it that was killed at the wrong moment.</summary>
    /// <param name="notStarted">Runs of which it is not known how far their start came.</param>
    public async Task SweepLeftoversAsync(IEnumerable<string> notStarted)
    {
        foreach (var leftover in isolation.Leftovers().Concat(notStarted).Distinct().Where(each => !containers.ContainsKey(each)).ToList())
        {
            log.LogWarning("Ending what was left of container {Container}", leftover);
            await KillAllAsync(leftover, null, untilSupervisorEnds: false);
            isolation.Remove(leftover);
        }
    }

    private async Task LaunchAsync(TaskRun run, string agentId, Container container)
    {
        try
        {
            var supervisor = await starter.StartAsync(run, agentId, container.Cancellation.Token);
            container.Supervisor = supervisor;
        }
        catch (Exception problem)
        {
            containers.TryRemove(run.ContainerId, out _);
            var failure = FailureOf(problem);
            log.LogWarning("Task {Task} was not started: {Reason}", run.Key.TaskId, failure.Message);
            CleanUp(run.ContainerId, container);
            await post(new AgentInput.LaunchFailed(run.ContainerId, failure));
            return;
        }

        await post(new AgentInput.Launched(run.ContainerId, container.Supervisor.Value.Pid));
        await WatchAsync(run.ContainerId, container);
    }

    private static LaunchFailure FailureOf(Exception problem) => problem switch
    {
        LaunchException refused => refused.Failure,
        OperationCanceledException => LaunchFailure.Failed("The launch was cancelled"),
        _ => LaunchFailure.Failed($"The task could not be started: {problem.Message}"),
    };

    private async Task WatchAsync(string containerId, Container container)
    {
        if (container.Supervisor is { } supervisor)
            await watch.WhenEnded(supervisor);
        var status = SupervisorFiles.ReadExitStatus(checkpoints.RunDirectory(containerId));
        while (!await KillAllAsync(containerId, container.Supervisor, untilSupervisorEnds: false))
        {
            unkillable[containerId] = true;
            log.LogError("Processes {Processes} of container {Container} withstand SIGKILL; its resources stay taken", isolation.Members(containerId, null), containerId);
        }

        unkillable.TryRemove(containerId, out _);
        // Who hears of the end may read the last line.
        await logs.WhenWrittenAsync(containerId);
        var outOfMemory = isolation.OutOfMemoryKills(containerId) > 0 && status != 0;
        TaskEnd end = outOfMemory
            ? new TaskEnd.OutOfMemory(status, ContainerLimits.Of(container.Run.Task, false, 0).MemoryBytes ?? 0)
            : status is { } value ? new TaskEnd.Status(value) : new TaskEnd.Unknown();
        await post(new AgentInput.Ended(containerId, end) { LastLines = end is TaskEnd.Status { Value: 0 } ? [] : output.LastLines(container.Run) });
        CleanUp(containerId, container);
        containers.TryRemove(containerId, out _);
    }

    private void CleanUp(string containerId, Container container)
    {
        try
        {
            isolation.Remove(containerId);
            runEnded(container.Run);
            if (sandboxes.Find(container.Run) is { } own && TaskNamespaces.TemporaryFolder(own) is var temporary && Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
            if (sandboxes.FindHolder(container.Run) is { } sandbox)
                sandboxEnded(sandbox);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            log.LogWarning("What is left of container {Container} could not be tidied up: {Problem}", containerId, problem.Message);
        }
    }

    private async Task DestroyAsync(string containerId)
    {
        // The supervisor is not killed: with its last process gone it writes the status and ends, which the watch sees.
        if (containers.TryGetValue(containerId, out var container) && container.Supervisor is { } supervisor &&
            !await KillAllAsync(containerId, supervisor, untilSupervisorEnds: true))
            log.LogError("Processes of container {Container} withstand SIGKILL", containerId);
    }

    /// <summary>False when some were still there after a while.</summary>
    private async Task<bool> KillAllAsync(string containerId, ProcessIdentity? supervisor, bool untilSupervisorEnds)
    {
        var started = Environment.TickCount64;
        for (var pause = 1; ; pause = Math.Min(pause * 2, 50))
        {
            var session = SessionOf(supervisor);
            var members = isolation.Members(containerId, session);
            if (members.Count == 0 && !(untilSupervisorEnds && supervisor is { } process && ProcessStat.IsAlive(process)))
                return true;
            if (members.Count > 0)
                isolation.KillMembers(containerId, session);
            else if (Environment.TickCount64 - started > SupervisorEndsWithin.TotalMilliseconds)
                KillSupervisor(containerId, supervisor);
            if (Environment.TickCount64 - started > DestroyFor.TotalMilliseconds)
                return false;
            await Task.Delay(pause);
        }
    }

    /// <summary>The supervisor's session, unless its process id has come to belong to somebody else.</summary>
    private static int? SessionOf(ProcessIdentity? supervisor) =>
        supervisor is { } process && (ProcessStat.Of(process.Pid) is not { } stat || stat.StartTicks == process.StartTicks) ? process.Pid : null;

    /// <summary>
    /// It waits for a process that has got out of the groups (root can do that). With the first of the task's own process
    /// ids the kernel ends all of them, wherever they are; the exit status is lost.
    /// </summary>
    private void KillSupervisor(string containerId, ProcessIdentity? supervisor)
    {
        isolation.KillAll(containerId);
        if (supervisor is { } process && ProcessStat.IsAlive(process))
            _ = Libc.kill(process.Pid, Libc.SignalKill);
    }

    private sealed class Container(TaskRun run)
    {
        public TaskRun Run { get; } = run;

        public CancellationTokenSource Cancellation { get; } = new();

        public ProcessIdentity? Supervisor { get; set; }
    }
}
