using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>
/// Who is offered what: dominant resource fairness over roles, level by level, then over a role's frameworks. Pure and
/// single-threaded: state changes by these methods alone, time and seed come from outside, equal calls give equal offers.
/// </summary>
/// <remarks>
/// What is offered and what is in use count alike: both are held. The owner calls <see cref="Recover"/> when an offer ends
/// or a task is over, and <see cref="Give"/> when a task starts from what an ended offer gave back.
/// Bags carry no allocation stamp.
/// </remarks>
public sealed partial class Allocator(AllocatorSettings settings)
{
    private readonly AllocatorSettings _settings = settings;
    private readonly ShareTree _shares = new();
    private readonly Dictionary<string, AllocatedAgent> _agents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AllocatedFramework> _frameworks = new(StringComparer.Ordinal);
    private readonly ClientSet _wanting = new();
    private readonly AlikeHosts _alike = new();

    public Allocator() : this(AllocatorSettings.Default) { }

    public int AgentCount => _agents.Count;

    public int FrameworkCount => _frameworks.Count;

    /// <exception cref="ArgumentException">The agent is there already.</exception>
    public void AddAgent(string agentId, ResourceBag total, bool isActive = true, AgentTraits? traits = null)
    {
        var agent = new AllocatedAgent(agentId, _alike.Of(total), traits ?? AgentTraits.None) { IsActive = isActive };
        if (!_agents.TryAdd(agentId, agent))
            throw new ArgumentException($"agent {agentId} is there already", nameof(agentId));
        _shares.ChangeTotal(Names.Sums(total).All, 1);
        _quotas.ConsumeReserved(total, 1);
        CountFree(agent);
        Judge(agent);
        _agentOrder = null;
    }

    /// <summary>What is held on it is no longer held by anyone; refusals are forgotten. Unknown agents are ignored.</summary>
    public void RemoveAgent(string agentId)
    {
        if (!_agents.Remove(agentId, out var agent))
            return;
        foreach (var (client, _) in agent.Holdings)
        {
            Recover(agent, client, agent.HeldBy(client));
            DropIfUnused(client);
        }

        agent.IsActive = false;
        CountFree(agent);
        _quotas.ConsumeReserved(agent.Total, -1);
        _shares.ChangeTotal(Names.Sums(agent.Total).All, -1);
        _agentOrder = null;
    }

    /// <summary>The agent has other resources than before; it may have less than is held on it.</summary>
    public void UpdateAgent(string agentId, ResourceBag total, AgentTraits? traits = null)
    {
        var agent = Agent(agentId);
        if (traits is not null && traits != agent.Traits)
        {
            agent.Traits = traits;
            Judge(agent);
        }

        if (agent.Total.Equals(total))
            return;
        _shares.ChangeTotal(Names.Sums(agent.Total).All, -1);
        _quotas.ConsumeReserved(agent.Total, -1);
        agent.SetTotal(_alike.Of(total));
        _quotas.ConsumeReserved(total, 1);
        _shares.ChangeTotal(Names.Sums(total).All, 1);
        CountFree(agent);
    }

    /// <summary>Nothing of an inactive agent is offered; it still counts in the pool's total.</summary>
    public void SetAgentActive(string agentId, bool isActive)
    {
        var agent = Agent(agentId);
        agent.IsActive = isActive;
        CountFree(agent);
    }

    /// <summary>What is free on it: neither offered nor in use.</summary>
    public ResourceBag Free(string agentId) => Agent(agentId).Free;

    /// <summary>What the framework holds on the agent for the role; empty when any of the three is unknown.</summary>
    public ResourceBag Held(string frameworkId, string role, string agentId) =>
        _agents.TryGetValue(agentId, out var agent) && Client(frameworkId, role) is { } client
            ? agent.HeldBy(client)
            : ResourceBag.Empty;

    /// <summary>Weighs a role's share, and with it that of the roles below: at weight 2 it gets twice as much. Above 0, 1 at first.</summary>
    public void SetWeight(string role, double weight) => _shares.SetWeight(role, weight);

    /// <summary>The role's dominant share of the pool divided by its weight, with all below it.</summary>
    public double ShareOf(string role) => _shares.ShareOf(role);

    /// <summary>The framework's dominant share in one of its roles.</summary>
    public double ShareOf(string frameworkId, string role)
    {
        _shares.Refresh();
        return Client(frameworkId, role)?.Share ?? 0;
    }

    /// <summary>
    /// Records that the framework holds something: a task that runs, an offer that stands. It may be more than the agent
    /// has. Does not make the framework wait longer for its next offer than its share says.
    /// </summary>
    /// <exception cref="KeyNotFoundException">The agent or the framework is unknown.</exception>
    public void Give(string frameworkId, string role, string agentId, ResourceBag resources)
    {
        if (resources.IsEmpty)
            return;
        Give(Agent(agentId), Framework(frameworkId).Clients.GetValueOrDefault(role) ?? AddClient(frameworkId, role), resources, given: 0);
    }

    /// <summary>
    /// An offer ended, a task is over: the resources are free again. Without effect when the agent or the framework is
    /// gone, because what they held went with them.
    /// </summary>
    /// <exception cref="InvalidOperationException">The framework does not hold that much there.</exception>
    public void Recover(string frameworkId, string role, string agentId, ResourceBag resources)
    {
        if (resources.IsEmpty || !_agents.TryGetValue(agentId, out var agent) || !_frameworks.TryGetValue(frameworkId, out var framework))
            return;
        if (!framework.Clients.TryGetValue(role, out var client))
            throw new InvalidOperationException($"framework {frameworkId} holds nothing for role {role}; {resources} cannot come back");
        Recover(agent, client, resources);
        DropIfUnused(client);
    }

    /// <summary>Hides from the framework what lies within these resources of the agent, until the time given or a revival.</summary>
    public void Refuse(string frameworkId, string role, string agentId, ResourceBag resources, DateTimeOffset until)
    {
        if (_agents.TryGetValue(agentId, out var agent) && Client(frameworkId, role) is { } client)
            agent.Refuse(client.Index, resources, until.UtcTicks);
    }

    /// <summary>Recovers and refuses in one.</summary>
    public void Decline(string frameworkId, string role, string agentId, ResourceBag resources, DateTimeOffset until)
    {
        if (!_agents.TryGetValue(agentId, out var agent) || Client(frameworkId, role) is not { } client)
        {
            Recover(frameworkId, role, agentId, resources);
            return;
        }

        if (!resources.IsEmpty)
            Recover(agent, client, resources);
        agent.Refuse(client.Index, resources, until.UtcTicks);
        DropIfUnused(client);
    }

    private void Give(AllocatedAgent agent, ShareClient client, ResourceBag resources, int given)
    {
        var wasOvercommitted = agent.IsOvercommitted;
        Count(agent, client, agent.Give(client, resources), 1, given, wasOvercommitted);
    }

    private void Recover(AllocatedAgent agent, ShareClient client, ResourceBag resources, int given = 0)
    {
        var wasOvercommitted = agent.IsOvercommitted;
        Count(agent, client, agent.Recover(client, resources), -1, given, wasOvercommitted);
    }

    private void Count(AllocatedAgent agent, ShareClient client, ResourceBag resources, int sign, int given, bool wasOvercommitted)
    {
        var sums = agent.Sums(resources, Names);
        _shares.Change(client, sums.All, sign, given);
        _quotas.Consume(client.Quota, sums.Plain, sign);
        if (wasOvercommitted || agent.IsOvercommitted || agent.HasShared)
            CountFree(agent);
        else
            CountFree(agent, sums.Plain, sign);
    }

    private AllocatedAgent Agent(string agentId) => _agents.TryGetValue(agentId, out var agent)
        ? agent
        : throw new KeyNotFoundException($"agent {agentId} is unknown to the allocator");
}
