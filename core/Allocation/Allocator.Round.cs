using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

public sealed partial class Allocator
{
    private readonly ClientSet _candidates = new();
    private AllocatedAgent[]? _agentOrder;
    private List<ShareGroup>? _quotaRoles;

    /// <summary>
    /// Makes a round of offers: what each holds is held from now on. Roles whose guarantee is not met come first, then
    /// everyone; each agent's whole rest goes to one framework, cut to limits and to what others are guaranteed.
    /// </summary>
    public IReadOnlyList<OfferedResources> Allocate(AllocationRound round)
    {
        var offers = new List<OfferedResources>();
        foreach (var (agent, client, resources) in Run(round))
            offers.Add(new OfferedResources(client.FrameworkId, client.Role, agent.Id, resources));
        return offers;
    }

    /// <summary>
    /// The offers that <see cref="Allocate"/> would make, leaving no trace: for an owner that decides first and applies
    /// later, by <see cref="Accept"/>.
    /// </summary>
    public IReadOnlyList<OfferedResources> Propose(AllocationRound round)
    {
        var made = Run(round);
        var offers = new List<OfferedResources>(made.Count);
        foreach (var (agent, client, resources) in made)
        {
            Recover(agent, client, resources, given: -1);
            offers.Add(new OfferedResources(client.FrameworkId, client.Role, agent.Id, resources));
        }

        return offers;
    }

    /// <summary>Holds what a proposed offer says, and counts it as given, which breaks ties between equals.</summary>
    public void Accept(OfferedResources offer) =>
        Give(Agent(offer.AgentId), Client(offer.FrameworkId, offer.Role) ?? throw new KeyNotFoundException(
            $"framework {offer.FrameworkId} is not in role {offer.Role}"), offer.Resources, given: 1);

    private List<(AllocatedAgent Agent, ShareClient Client, ResourceBag Resources)> Run(AllocationRound round)
    {
        _shares.Refresh();
        _quotaRoles ??= [.. _shares.Roles.Where(role => role.Quota != Quota.None).OrderBy(role => role.Path, StringComparer.Ordinal)];
        var agents = Shuffle(round);
        var made = new List<(AllocatedAgent, ShareClient, ResourceBag)>();
        var quotas = _quotaRoles.Count == 0 ? null : new QuotaRound(_quotaRoles, _names, _agents.Values);
        if (quotas is { HasGuarantees: true })
        {
            foreach (var agent in agents)
                Serve(agent, round, quotas, guaranteesOnly: true, made);
        }

        foreach (var agent in agents)
            Serve(agent, round, quotas, guaranteesOnly: false, made);
        return made;
    }

    private void Serve(
        AllocatedAgent agent, AllocationRound round, QuotaRound? quotas, bool guaranteesOnly,
        List<(AllocatedAgent, ShareClient, ResourceBag)> made)
    {
        if (!agent.IsActive || !_settings.IsWorthOffering(agent.Free))
            return;
        _candidates.CopyFrom(_wanting);
        agent.Hide(_candidates, round.Now.UtcTicks);
        if (guaranteesOnly)
            _candidates.KeepOnly(quotas!.ClientsBelowGuarantee(agent.Free));
        while (_shares.First(_candidates) is { } client)
        {
            var resources = agent.Free.AvailableTo(client.Role);
            if (quotas is not null)
                resources = guaranteesOnly ? quotas.CutToGuarantee(client, resources) : quotas.CutToLimitsAndHeadroom(client, resources);
            if (!_settings.IsWorthOffering(resources) || agent.IsRefused(client.Index, resources))
            {
                _candidates.Remove(client.Index);
                continue;
            }

            Give(agent, client, resources, given: 1);
            quotas?.Gave(agent.Sums(resources, _names));
            made.Add((agent, client, resources));
            if (guaranteesOnly || !_settings.IsWorthOffering(agent.Free))
                return;
            _candidates.Remove(client.Index);
        }
    }

    private AllocatedAgent[] Shuffle(AllocationRound round)
    {
        AllocatedAgent[] agents;
        if (round.AgentIds is { } ids)
        {
            agents = [.. ids.Distinct().Order(StringComparer.Ordinal).Where(_agents.ContainsKey).Select(id => _agents[id])];
        }
        else
        {
            _agentOrder ??= [.. _agents.Values.OrderBy(agent => agent.Id, StringComparer.Ordinal)];
            agents = [.. _agentOrder];
        }

        var random = new SeededOrder(round.Seed);
        random.Shuffle(agents);
        return agents;
    }
}
