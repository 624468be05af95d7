using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Volumes;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataPlatform.Simulation.Tests;

/// <summary>The real decisions of an agent, over a host and a link of the test's own.</summary>
internal sealed partial class SimulatedAgent
{
    /// <summary>Of tasks that say nothing else.</summary>
    public static readonly TimeSpan KillGracePeriod = TimeSpan.FromSeconds(3);

    private static readonly AgentSettings Settings = new(KillGracePeriod);

    private readonly int number;
    private readonly SimulatedCluster cluster;
    private readonly HashSet<string> cancelled = [];
    private readonly List<TaskRun> launching = [];
    private readonly HashSet<string> watched = [];
    private readonly Queue<TaskRun> looked = [];
    private AgentCore core = null!;
    private VolumeLedger volumes = null!;
    private string? stream;
    private bool isRegistered;
    private TimeSpan lastPing;
    private int crashAfter = -1;

    public SimulatedAgent(int number, ResourceBag total, SimulatedCluster cluster)
    {
        (this.number, this.cluster) = (number, cluster);
        Host = new SimulatedHost(number, total, cluster);
        Host.Disk.Ends = CrashesHere;
        Host.Disk.Taking = place =>
        {
            cluster.Invariants.Gone(place, Host.Alive);
            cluster.Invariants.Data.Destroyed(place, cluster.Master.State.RemovedAgents.ContainsKey);
        };
        Start();
    }

    public SimulatedHost Host { get; }

    public MachineID Machine => new() { Hostname = $"host-{number}" };

    /// <summary>What the agent sends is lost, and nobody is told.</summary>
    public bool IsMute { get; set; }

    /// <summary>What the agent is sent waits, and nobody is told.</summary>
    public bool IsDeaf { get; set; }

    public IEnumerable<TaskRun> Runs => core.Runs;

    public bool IsQuiet => isRegistered && core.Runs.Count + core.Executors.Count == 0 && !Host.Alive.Any();

    private AgentTime Now => new(cluster.Steady, cluster.Wall);

    /// <summary>The agent ends within one of its next effects, and begins anew from what its disk holds.</summary>
    public void CrashSoon(int effects) => crashAfter = effects;

    /// <summary>The host starts anew, and so does its agent.</summary>
    public void LosePower()
    {
        Host.LosePower();
        Crash();
    }

    public void Step(Random chance)
    {
        Host.Work(chance);
        foreach (var executor in Host.Executors.ToList())
            executor.Step(this, Host, chance);
        WatchProcesses();
        while (looked.TryDequeue(out var run))
            Take(new AgentInput.CheckObserved(run.ContainerId, new CheckStatusInfo { Type = run.Task.Check.Type, Tcp = new CheckStatusInfo.Types.Tcp { Succeeded = true } }));
        Launch(chance);
        if (core.NextWake <= cluster.Steady)
            Take(new AgentInput.Tick());
        if (stream is null)
        {
            if (!core.Leaving)
                Register();
            return;
        }

        if (IsDeaf || !cluster.Master.Agents.TryReceive(stream, out var received))
        {
            if (!IsDeaf)
                LoseStream();
        }
        else if (received is not null)
        {
            Hear(received);
        }

        if (stream is not null && cluster.Steady - lastPing > cluster.Silence)
            BreakStream();
    }

    private void Take(AgentInput input)
    {
        var deciding = core;
        CarryOut(core.Decide(input, Now));
        if (core == deciding)
            cluster.Invariants.Pods.Check(core.Runs, Host.Alive);
    }

    /// <summary>As the agent does: first all that must be remembered, then the rest in order. It may end between any two.</summary>
    private void CarryOut(IReadOnlyList<AgentEffect> effects)
    {
        foreach (var effect in effects)
        {
            Remember(effect);
            if (CrashesHere())
                return;
        }

        foreach (var run in core.Runs.Concat(core.Executors.Values.Select(executor => executor.Program)))
            Host.Checkpoint(run.ContainerId)?.Flush();
        foreach (var effect in effects)
        {
            if (CrashesHere())
                return;
            CarryOut(effect);
        }
    }

    private void Remember(AgentEffect effect)
    {
        switch (effect)
        {
            case AgentEffect.CheckpointRun(var run):
                Host.WriteRun(run);
                break;
            case AgentEffect.CheckpointDelivery(var container):
                Host.Checkpoint(container)?.AppendDelivery();
                break;
            case AgentEffect.CheckpointStatus status:
                Host.Checkpoint(status.ContainerId)?.Append(status.Status);
                break;
            case AgentEffect.CheckpointAcknowledgement acknowledgement:
                Host.Checkpoint(acknowledgement.ContainerId)?.Append(acknowledgement.Uuid);
                break;
            case AgentEffect.CheckpointKill kill:
                Host.Process(kill.ContainerId)?.KillDecidedAt ??= cluster.Steady;
                Host.Checkpoint(kill.ContainerId)?.Append(kill.Intent, kill.Grace is { } grace ? cluster.Steady + grace : null, Host.Process(kill.ContainerId));
                break;
            default:
                break;
        }
    }

    private void CarryOut(AgentEffect effect)
    {
        switch (effect)
        {
            case AgentEffect.Launch(var run):
                launching.Add(run);
                break;
            case AgentEffect.CancelLaunch(var container):
                cancelled.Add(container);
                break;
            case AgentEffect.Terminate(var container) when Host.Process(container) is { } process:
                if (cluster.Sabotage == Sabotage.KillsAtOnce)
                    Force(container, process);
                if (cluster.Sabotage != Sabotage.LeavesRestOfPods || process.Group is null)
                    process.IsAskedToEnd = true;
                break;
            case AgentEffect.Destroy(var container) when Host.Process(container) is { HasEnded: false } process:
                Force(container, process);
                break;
            case AgentEffect.StartChecks(var run) when run.Task.Check?.Tcp is not null:
                looked.Enqueue(run);
                break;
            case AgentEffect.Send(var task, var status, var latest):
                SendUpdate(task, status, latest);
                break;
            case AgentEffect.Forget(var container):
                Host.Forget(container);
                break;
            case AgentEffect.RegisterAnew:
                Host.AgentId = "";
                break;
            default:
                CarryOutOfExecutors(effect);
                break;
        }
    }

    private void Force(string container, SimulatedProcess process)
    {
        if (core.Runs.FirstOrDefault(run => run.ContainerId == container) is { } run)
            cluster.Invariants.Kills.Forced(run, cluster.Steady - process.KillDecidedAt);
        process.End ??= new TaskEnd.Status(137);
    }

    private void Launch(Random chance)
    {
        foreach (var run in launching.Where(_ => chance.Next(2) == 0).ToList())
        {
            if (!launching.Remove(run))
                return; // Another agent process has begun meanwhile.
            if (cancelled.Contains(run.ContainerId))
            {
                Take(new AgentInput.LaunchFailed(run.ContainerId, new LaunchFailure(
                    TaskState.TaskFailed, TaskReport.Types.Reason.TaskKilledDuringLaunch, "cancelled")));
                continue;
            }

            if (cluster.Sabotage != Sabotage.StartsWithoutCheckpoint)
                Host.WriteRun(run);
            if (CrashesHere())
                return;
            if (WhyNoVolumes(run) is { } why)
            {
                if (why.Length > 0)
                    Take(new AgentInput.LaunchFailed(run.ContainerId, new LaunchFailure(TaskState.TaskFailed, TaskReport.Types.Reason.ContainerLaunchFailed, why)));
                continue;
            }

            var process = Host.Start(run);
            if (CrashesHere())
                return;
            watched.Add(run.ContainerId);
            Take(new AgentInput.Launched(run.ContainerId, process.Pid));
        }
    }

    /// <summary>Null when the task has all its volumes; empty when the agent has ended over them.</summary>
    private string? WhyNoVolumes(TaskRun run)
    {
        try
        {
            foreach (var (kind, _) in run.Task.Resources.ToBag().Where(static entry => entry.Kind.IsPersistentVolume))
                volumes.Open(kind);
            return null;
        }
        catch (IOException problem)
        {
            return problem.Message;
        }
        catch (AgentEndedException)
        {
            return "";
        }
    }

    private void WatchProcesses()
    {
        foreach (var container in watched.Where(container => Host.Process(container)?.HasEnded != false).ToList())
        {
            if (watched.Remove(container) && Host.Process(container)?.End is { } end)
                Take(new AgentInput.Ended(container, end));
        }
    }

    private bool CrashesHere()
    {
        if (crashAfter < 0 || crashAfter-- > 0)
            return false;
        Crash();
        return true;
    }

    private void Crash()
    {
        crashAfter = -1;
        if (stream is not null && !IsMute)
            cluster.Master.CloseAgentStream(stream);
        (stream, isRegistered) = (null, false);
        Host.LoseUnsynced();
        if (cluster.Sabotage == Sabotage.EmptiesVolumes)
            Host.Disk.EmptyAll();
        Start();
    }

    private void Start()
    {
        Executors = new();
        launching.Clear();
        cancelled.Clear();
        watched.Clear();
        looked.Clear();
        core = new AgentCore(Settings, new TaskReports("10.0.0.1", cluster.NewUuid));
        volumes = new VolumeLedger(Host.Disk, Host.Disk.Kept, NullLogger.Instance);
        var runs = Host.ReadRuns();
        CarryOut(core.Recover(Host.AgentId, runs, Now));
        foreach (var run in runs.Where(run => run.WasStarted))
        {
            if (cluster.Sabotage == Sabotage.StartsTwice && core.Runs.FirstOrDefault(known => known.ContainerId == run.ContainerId) is { } known)
                launching.Add(known);
            watched.Add(run.ContainerId);
        }
    }
}
