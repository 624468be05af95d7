using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Simulation.Tests;

/// <summary>What must hold whatever happens. Every message names the seed that repeats the run.</summary>
internal sealed class ClusterInvariants(int seed)
{
    private readonly HashSet<string> _started = [];
    private readonly Dictionary<string, TaskState> _ended = [];

    public int StartedTasks => _started.Count;

    public string Endings => string.Join(", ", _ended.Values.CountBy(state => state).Select(pair => $"{pair.Value} x {pair.Key}"));

    public void Started(string task)
    {
        if (!_started.Add(task))
            Fail($"task {task} was started twice");
        if (_ended.TryGetValue(task, out var state))
            Fail($"task {task} was started after its framework was told {state}");
    }

    public void Ended(string task, TaskState state)
    {
        if (!_ended.TryAdd(task, state))
            Fail($"task {task} ended twice: {_ended[task]}, then {state}");
    }

    /// <summary>Agents and journal remember enough that the master never has to give a task up for unknown.</summary>
    public void GivenUp(string task, string how) => Fail($"task {task} was given up: {how}");

    public void AgentHolds(int agent, ResourceBag total, IEnumerable<SimulatedTask> tasks)
    {
        var held = ResourceBag.Empty;
        foreach (var task in tasks)
        {
            if (held.ConflictsWith(task.Resources))
                Fail($"agent {agent}: task {task.Key} got {task.Resources}, of which {held} is given already");
            held = held.Add(task.Resources);
        }

        if (!total.Contains(held))
            Fail($"agent {agent} has {total}, its tasks hold {held}");
    }

    /// <summary>Every pile is free, offered or held by a task, and nothing is two of these.</summary>
    public void Check(PoolState state)
    {
        foreach (var agent in state.Agents.Values)
        {
            var allocated = Sum(agent.Id, agent.HoldingTasks.Select(task => task.Resources)
                .Concat(agent.Executors.Values.Select(executor => executor.Resources)));
            var offered = Sum(agent.Id, state.Offers.Values.Where(offer => offer.AgentId == agent.Id)
                .Select(offer => offer.Resources));
            var free = state.Allocator.Free(agent.Id);
            if (!Sum(agent.Id, [allocated, offered, free]).Equals(agent.Total))
                Fail($"agent {agent.Id} has {agent.Total}, but {allocated} is allocated, {offered} offered, {free} free");
        }
    }

    public void Fail(string what) => throw new InvalidOperationException($"seed {seed}: {what}");

    private ResourceBag Sum(string agent, IEnumerable<ResourceBag> parts)
    {
        var sum = ResourceBag.Empty;
        foreach (var part in parts)
        {
            if (sum.ConflictsWith(part))
                Fail($"agent {agent}: {part} is given twice");
            sum = sum.Add(part);
        }

        return sum;
    }
}
