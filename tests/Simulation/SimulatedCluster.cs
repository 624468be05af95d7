using System.Globalization;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Resources;

namespace DataPlatform.Simulation.Tests;

/// <summary>A master, its agents and frameworks on one thread, with time and chance from a seed.</summary>
internal sealed class SimulatedCluster
{
    /// <summary>Nobody is asked for a name here, and everybody may do everything.</summary>
    public static readonly Caller Anyone = new Caller.Unnamed("127.0.0.1");

    private readonly PoolSettings _settings = new() { Access = AccessRules.Everybody };
    private int _streams;
    private DateTimeOffset _nextTick;

    public SimulatedCluster(int seed, int agents, int frameworks, int tasksEach)
    {
        Seed = seed;
        Chance = new Random(seed);
        Invariants = new ClusterInvariants(seed);
        Master = new SimulatedMaster(_settings, Now) { Applied = CheckSometimes };
        Agents = [.. Enumerable.Range(0, agents).Select(number => new SimulatedAgent(number, ResourceText.Parse(
            $"cpus:{Chance.Next(2, 9)};mem:{1024 * Chance.Next(2, 9)};ports:[31000-31{Chance.Next(100, 999)}]"), this))];
        Frameworks = [.. Enumerable.Range(0, frameworks).Select(number =>
            new SimulatedFramework(number, (number % 3) switch { 0 => "a", 1 => "b/x", _ => "b/y" }, tasksEach, this))];
    }

    public int Seed { get; }

    public Random Chance { get; }

    public DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public ClusterInvariants Invariants { get; }

    public SimulatedMaster Master { get; }

    public IReadOnlyList<SimulatedAgent> Agents { get; }

    public IReadOnlyList<SimulatedFramework> Frameworks { get; }

    /// <summary>Without a ping for so long an agent registers again.</summary>
    public TimeSpan Silence => _settings.AgentPingTimeout * _settings.MaxAgentPingTimeouts;

    public int CheckEvery { get; init; } = 1;

    /// <summary>What was done to the cluster, for people who wonder what a run tried.</summary>
    public string Faults => string.Join(", ", _faults.Select(fault => $"{fault.Value} x {fault.Key}"));

    private readonly SortedDictionary<string, int> _faults = new(StringComparer.Ordinal);

    private int _applied;

    public string NewStream() => (_streams++).ToString(CultureInfo.InvariantCulture);

    /// <summary>Runs with faults for so many steps, heals everything, and runs on until all is done.</summary>
    public void Run(int faultySteps, int faultEvery, int mostSteps)
    {
        for (var step = 0; step < faultySteps; step++)
        {
            if (Chance.Next(faultEvery) == 0)
                Hurt();
            Step();
        }

        foreach (var agent in Agents)
            agent.IsCutOff = false;
        for (var step = 0; step < mostSteps; step++)
        {
            Step();
            if (IsQuiet)
            {
                Invariants.Check(Master.State);
                return;
            }
        }

        Invariants.Fail($"not quiet after {mostSteps} steps: {string.Join("; ", Frameworks.Where(framework => !framework.IsTornDown && !framework.IsDone).Select(framework => $"{framework.Id} ended {framework.Ended}"))}; tasks on agents: {string.Join(", ", Agents.SelectMany(agent => agent.Tasks).Select(task => $"{task.Key} {task.State} with {task.Unacknowledged.Count} updates"))}; in the pool: {Master.State.Agents.Values.Sum(agent => agent.Tasks.Count)}");
    }

    public void Step()
    {
        Now += TimeSpan.FromMilliseconds(Chance.Next(400));
        if (Now >= _nextTick)
        {
            _nextTick = Now + TimeSpan.FromSeconds(1);
            Master.Decide(new PoolCommand.Tick(), Now);
        }

        foreach (var framework in Frameworks)
            framework.Step(Chance);
        foreach (var agent in Agents)
            agent.Step(Chance);
    }

    private bool IsQuiet => Frameworks.All(framework => framework.IsDone || framework.IsTornDown)
        && Agents.All(agent => agent.IsQuiet)
        && Master.State.Agents.Values.All(agent => agent.Tasks.Count == 0);

    private void Hurt()
    {
        var agent = Agents[Chance.Next(Agents.Count)];
        var framework = Frameworks[Chance.Next(Frameworks.Count)];
        switch (Chance.Next(100))
        {
            case < 30:
                Count("agent stream broken");
                agent.BreakStream();
                break;
            case < 55:
                Count("agent cut off or back");
                agent.IsCutOff = !agent.IsCutOff;
                break;
            case < 75:
                Count("framework stream broken");
                framework.BreakStream();
                break;
            case < 92:
                Count("framework failover");
                framework.FailOver();
                break;
            case < 99:
                Count("master restart");
                Master.Restart(Now);
                break;
            default:
                Count("teardown");
                framework.TearDown();
                break;
        }
    }

    private void Count(string fault) => _faults[fault] = _faults.GetValueOrDefault(fault) + 1;

    private void CheckSometimes(PoolState state)
    {
        if (_applied++ % CheckEvery == 0)
            Invariants.Check(state);
    }
}
