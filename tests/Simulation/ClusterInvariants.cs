using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Simulation.Tests;

/// <summary>What must hold whatever happens. Every message names the seed that repeats the run.</summary>
internal sealed class ClusterInvariants(int seed, SimulatedCluster cluster)
{
    private readonly HashSet<string> _started = [];
    private readonly Dictionary<string, TaskState> _ended = [];

    private readonly HashSet<string> _told = [];
    private readonly HashSet<string> _tornDown = [];
    private readonly Dictionary<string, OperationState> _endedOperations = [];
    private readonly HashSet<string> _written = [];
    private readonly HashSet<string> _doomed = [];
    private readonly SortedDictionary<string, (string AgentId, ResourceBag Resources)> _claims = new(StringComparer.Ordinal);

    public QuotaInvariants Quotas { get; } = new(what => throw new InvalidOperationException($"seed {seed}: {what}"));

    public DrainInvariants Drains { get; } = new(cluster, what => throw new InvalidOperationException($"seed {seed}: {what}"));

    public KillInvariants Kills { get; } = new(SimulatedAgent.KillGracePeriod, what => throw new InvalidOperationException($"seed {seed}: {what}"));

    public DataInvariants Data { get; } = new(what => throw new InvalidOperationException($"seed {seed}: {what}"));

    public OperationInvariants Operations { get; } = new(what => throw new InvalidOperationException($"seed {seed}: {what}"));

    public PodInvariants Pods { get; } = new(what => throw new InvalidOperationException($"seed {seed}: {what}"));

    public int StartedTasks => _started.Count;

    /// <summary>Killed while they were being launched, or lost on the way.</summary>
    public int NeverStartedTasks => _ended.Keys.Count(task => !_started.Contains(task));

    public string Endings => string.Join(", ", _ended.Values.CountBy(state => state).Select(pair => $"{pair.Value} x {pair.Key}"));

    public void Started(string task, string agentId)
    {
        Drains.Started(agentId, task);
        if (!_started.Add(task))
            Fail($"task {task} was started twice");
        // An agent that is given up ends what it was sent before as soon as it hears of it.
        if (_ended.TryGetValue(task, out var state) && state is not (TaskState.TaskGoneByOperator or TaskState.TaskGone))
            Fail($"task {task} was started after its framework was told {state}");
    }

    public void Ended(string task, TaskState state)
    {
        if (!_ended.TryAdd(task, state))
            Fail($"task {task} ended twice: {_ended[task]}, then {state}");
    }

    /// <summary>Agents and journal remember enough that the master never has to give a task up for unknown.</summary>
    public void GivenUp(string task, string how) => Fail($"task {task} was given up: {how}");

    /// <summary>A framework was told that it is one; only its end may end that.</summary>
    public void Told(string framework) => _told.Add(framework);

    /// <summary>What the next master must know from the journal alone.</summary>
    public void Remembers(PoolState state)
    {
        Quotas.Remembers(state);
        Drains.Remembers(state);
        foreach (var id in _told.Where(id => !state.Frameworks.ContainsKey(id) && !state.CompletedFrameworks.ContainsKey(id)))
            Fail($"framework {id} was told that it is subscribed, and the next master does not know it");
    }

    public void OperationEnded(string operation, OperationState state)
    {
        if (_endedOperations.TryGetValue(operation, out var before) && before != state)
            Fail($"operation {operation} ended twice: {before}, then {state}");
        _endedOperations[operation] = state;
    }

    /// <summary>What a framework was told to have, and has not asked to give back.</summary>
    public void Claims(string volume, string? agentId, ResourceBag resources)
    {
        if (agentId is null || resources.IsEmpty)
            _claims.Remove(volume);
        else
            _claims[volume] = (agentId, resources);
    }

    /// <summary>It was to be destroyed and could not be: what follows may be decided before that is heard of, and the agent then sets aside what it held.</summary>
    public void MayBeEmpty(string life) => _doomed.Add(life);

    /// <summary>What a task found in the volume that it uses.</summary>
    /// <param name="life">Of the volume, from its CREATE to its DESTROY.</param>
    public void Found(string life, string? writtenBy)
    {
        if (writtenBy is not null && writtenBy != life)
            Fail($"the volume {life} holds what {writtenBy} wrote, which was destroyed");
        if (writtenBy is null && !_written.Add(life) && !_doomed.Contains(life))
            Fail($"what was written to the volume {life} is lost");
    }

    /// <summary>A volume is there as long as a task uses it.</summary>
    public void Gone(string place, IEnumerable<SimulatedProcess> processes)
    {
        if (processes.FirstOrDefault(process => !process.IsUnwanted && !_tornDown.Contains(process.FrameworkId) && process.Volumes.Any(volume => SimulatedVolumeDisk.Place(volume) == place)) is { } user)
            Fail($"the volume {place} is taken away, which task {user.Task} uses");
    }

    /// <summary>Processes of frameworks and agents that are no more hold nothing: they are being ended.</summary>
    public void HostHolds(int host, ResourceBag total, IEnumerable<SimulatedProcess> processes)
    {
        var held = ResourceBag.Empty;
        var living = processes.Where(process => !process.IsUnwanted && !_tornDown.Contains(process.FrameworkId));
        foreach (var (task, resources) in living.SelectMany(process => process.Held.Select(part => (process.Task, part))))
        {
            if (held.ConflictsWith(Alone(resources)))
                Fail($"host {host}: task {task} got {resources}, of which {held} is given already");
            held = held.Add(Alone(resources));
        }

        if (!total.Contains(ConvertedResources.MadeFrom(held)))
            Fail($"host {host} has {total}, its tasks hold {held}");
    }

    /// <summary>Every pile is free, offered or held by a task, and nothing is two of these.</summary>
    public void Check(PoolState state)
    {
        _tornDown.UnionWith(state.CompletedFrameworks.Keys);
        Quotas.Check(state);
        Drains.Check(state);
        if (state.Agents.Values.CountBy(agent => agent.Info.Hostname).FirstOrDefault(host => host.Value > 1) is { Key: { } twice })
            Fail($"{twice} is in the pool twice");
        foreach (var operation in state.Operations.Values.Where(operation => !state.OperationsOn(operation.AgentId).Contains(operation)))
            Fail($"operation {operation.Info} is not found on its agent {operation.AgentId}");
        // What an agent could not take away comes back as soon as nobody holds what it was to become.
        var failing = state.Operations.Values.Where(operation => operation.IsToBeReversed).Select(operation => operation.AgentId).ToHashSet();
        foreach (var (volume, claim) in _claims.Where(claim => !state.RemovedAgents.ContainsKey(claim.Value.AgentId) && !failing.Contains(claim.Value.AgentId)))
        {
            if (!state.ConvertedOn(claim.AgentId).Contains(claim.Resources))
                Fail($"{volume} was told to have {claim.Resources} on agent {claim.AgentId}, where {state.ConvertedOn(claim.AgentId)} is reserved");
        }

        foreach (var agent in state.Agents.Values)
        {
            var allocated = Sum(agent.Id, agent.HoldingTasks.Select(task => task.Resources)
                .Concat(agent.Executors.Values.Select(executor => executor.Resources)));
            var offered = Sum(agent.Id, state.Offers.Values.Where(offer => offer.AgentId == agent.Id)
                .Select(offer => offer.Resources));
            var free = state.Allocator.Free(agent.Id);
            if (!Sum(agent.Id, [allocated, offered, free]).Equals(Alone(agent.Total)))
                Fail($"agent {agent.Id} has {agent.Total}, but {allocated} is allocated, {offered} offered, {free} free");
        }
    }

    public void Fail(string what) => throw new InvalidOperationException($"seed {seed}: {what}");

    /// <summary>Without volumes that others may use too.</summary>
    private static ResourceBag Alone(ResourceBag resources) => resources.Where(static entry => !entry.Kind.IsShared);

    private ResourceBag Sum(string agent, IEnumerable<ResourceBag> parts)
    {
        var sum = ResourceBag.Empty;
        foreach (var part in parts.Select(Alone))
        {
            if (sum.ConflictsWith(part))
                Fail($"agent {agent}: {part} is given twice");
            sum = sum.Add(part);
        }

        return sum;
    }
}
