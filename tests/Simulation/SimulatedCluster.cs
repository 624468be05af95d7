using System.Globalization;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Resources;
using DataPlatform.Operators.Sdk.Scheduling;

namespace DataPlatform.Simulation.Tests;

/// <summary>A master, its agents and frameworks on one thread, with time and chance from a seed.</summary>
internal sealed class SimulatedCluster
{
    /// <summary>Nobody is asked for a name here, and everybody may do everything.</summary>
    public static readonly Caller Anyone = new Caller.Unnamed("127.0.0.1");

    private readonly PoolSettings _settings;
    private int _streams;
    private int _turns;
    private TimeSpan _nextTick;

    public SimulatedCluster(int seed, int agents, int frameworks, int tasksEach, Sabotage sabotage = Sabotage.None, Action<string>? record = null, int schedulers = 2, int podSize = 1)
    {
        Seed = seed;
        // Half of all runs allocate as a pool of thousands does, some agents at a time.
        _settings = new PoolSettings { Access = AccessRules.Everybody, AgentsAllocatedAtOnce = seed % 2 == 0 ? 1_000 : 2 };
        Sabotage = sabotage;
        Chance = new Random(seed);
        Invariants = new ClusterInvariants(seed, this);
        Administrator = new SimulatedAdministrator(this);
        Network = new SimulatedNetwork(this);
        Faults = new FaultPlan(seed);
        Master = new SimulatedMaster(this, _settings, record) { Turned = CheckSometimes };
        Agents = [.. Enumerable.Range(0, agents).Select(number => new SimulatedAgent(number, ResourceText.Parse(
            $"cpus:{Chance.Next(2, 9)};mem:{1024 * Chance.Next(2, 9)};disk:1000;ports:[31000-31{Chance.Next(100, 999)}]"), this))];
        Frameworks = [.. Enumerable.Range(0, frameworks).Select(number =>
            new SimulatedFramework(number, (number % 3) switch { 0 => "a", 1 => "b/x", _ => "b/y" }, tasksEach, this))];
        PodSize = podSize;
        Schedulers = [.. Enumerable.Range(0, schedulers).Select(number => new SimulatedScheduler(number, this))];
        Sweep = new SimulatedSweep(this);
    }

    public int Seed { get; }

    public Sabotage Sabotage { get; }

    public Random Chance { get; }

    public DateTimeOffset Start { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Since the start, on the clock that nobody sets.</summary>
    public TimeSpan Steady { get; private set; }

    /// <summary>How far the wall is ahead of that: what people did to its clock.</summary>
    public TimeSpan WallOffset { get; set; }

    public DateTimeOffset Wall => Start + Steady + WallOffset;

    public ClusterInvariants Invariants { get; }

    public SimulatedAdministrator Administrator { get; }

    public SimulatedSweep Sweep { get; }

    public FaultPlan Faults { get; }

    public SimulatedNetwork Network { get; }

    public SimulatedMaster Master { get; }

    public IReadOnlyList<SimulatedAgent> Agents { get; }

    public IReadOnlyList<SimulatedScheduler> Schedulers { get; }

    /// <summary>Which scheduler gathers offers for its first places.</summary>
    public PlacementOrder Order { get; } = new();

    /// <summary>How many times as large as the smallest the pods of schedulers are.</summary>
    public int PodSize { get; }

    /// <summary>Passes on what the order tells.</summary>
    public void Tell(IEnumerable<(string ClusterId, string? WaitsFor)> turns)
    {
        foreach (var (clusterId, waitsFor) in turns)
            Schedulers.First(scheduler => scheduler.ClusterId == clusterId).Turn(waitsFor);
    }

    public IReadOnlyList<SimulatedFramework> Frameworks { get; }

    /// <summary>Without a ping for so long an agent registers again.</summary>
    public TimeSpan Silence => _settings.AgentPingTimeout * _settings.MaxAgentPingTimeouts;

    public int CheckEvery { get; init; } = 1;

    public string NewStream() => (_streams++).ToString(CultureInfo.InvariantCulture);

    public Guid NewUuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        Chance.NextBytes(bytes);
        return new Guid(bytes);
    }

    /// <summary>Runs with faults for so many steps, heals everything, and runs on until all is done.</summary>
    public void Run(int faultySteps, int faultEvery, int mostSteps)
    {
        Network.IsGood = faultySteps == 0;
        for (var step = 0; step < faultySteps; step++)
        {
            Faults.HurtSometimes(this, faultEvery);
            Step();
        }

        Network.IsGood = true;
        foreach (var agent in Agents)
            agent.IsMute = agent.IsDeaf = false;
        for (var step = 0; step < mostSteps; step++)
        {
            Step();
            Administrator.TakeBack();
            foreach (var scheduler in Schedulers)
            {
                scheduler.MakeUpMind();
                scheduler.EndWhenComplete();
            }

            if (step % 500 == 499)
                GiveUpIdsOfNobody();
            if (IsQuiet)
            {
                Invariants.Check(Master.State);
                Master.CheckReplica();
                return;
            }
        }

        Invariants.Fail($"not quiet after {mostSteps} steps: {Unfinished()}");
    }

    public void Step()
    {
        Steady += TimeSpan.FromMilliseconds(Chance.Next(400));
        if (Steady >= _nextTick)
        {
            _nextTick = Steady + TimeSpan.FromSeconds(1);
            Master.Post(new PoolCommand.Tick());
        }

        Network.Deliver();
        foreach (var framework in Frameworks)
            framework.Step(Chance);
        Tell(Order.Tick(Start + Steady));
        Sweep.Step();
        foreach (var scheduler in Schedulers)
            scheduler.Step();
        foreach (var agent in Agents)
            agent.Step(Chance);
        // Now and then more waits for the writer than one round brings.
        if (Chance.Next(4) != 0)
            Master.TakeTurn();
    }

    /// <summary>
    /// An agent that never heard which id it got joins under another. What was launched on the first stays unreachable until
    /// an operator says that it is gone.
    /// </summary>
    private void GiveUpIdsOfNobody()
    {
        foreach (var id in Master.State.UnreachableAgents.Keys.Except(Agents.Select(agent => agent.Host.AgentId)))
            Master.Post(new PoolCommand.MarkAgentGone(id, Anyone));
    }

    private bool IsQuiet => Administrator.IsDone && Schedulers.All(scheduler => scheduler.IsDone) && Frameworks.All(framework => framework.IsDone || framework.IsTornDown)
        && Agents.All(agent => agent.IsQuiet)
        && Master.State.Agents.Values.All(agent => agent.Tasks.Count + agent.Executors.Count == 0) && !Sweep.Left.Any()
        && Master.State.Operations.Values.All(operation => operation is { IsToBeReversed: true, TellAgainAt: null });

    private string Unfinished() =>
        string.Join("; ", Frameworks.Where(framework => !framework.IsTornDown && !framework.IsDone).Select(framework => framework.Progress))
        + "; " + string.Join("; ", Schedulers.Select(scheduler => scheduler.Progress)) + "; tasks on agents: " + string.Join(", ", Agents.SelectMany(agent => agent.Runs).Select(run => $"{run.Key} {run.Phase} with {run.Updates.Pending.Count} updates"))
        + "; processes: " + string.Join(", ", Agents.SelectMany(agent => agent.Host.Alive).Select(process => process.Task))
        + "; in the pool: " + string.Join(", ", Master.State.Agents.Values.SelectMany(agent => agent.Tasks.Values).Select(task => $"{task.Record}"))
        + "; executors: " + string.Join(", ", Master.State.Agents.Values.SelectMany(agent => agent.Executors.Keys.Select(key => $"{key} on {agent.Id}")))
        + "; agents: " + string.Join(", ", Master.State.Agents.Values.Select(agent => $"{agent.Id} {(agent.IsConnected ? "connected" : "away")}"))
        + "; operations: " + string.Join(", ", Master.State.Operations.Values.Select(operation => $"{operation.FrameworkId} {operation.Info.Id?.Value} {operation.State} on {operation.AgentId}"))
        + "; left: " + string.Join(", ", Sweep.Left)
        + "; quiet: " + string.Join(", ", Agents.Select(agent => agent.IsQuiet));

    private void CheckSometimes(PoolState state)
    {
        if (_turns++ % CheckEvery == 0)
            Invariants.Check(state);
        if (_turns % 50 == 0)
            Master.CheckReplica();
    }
}
