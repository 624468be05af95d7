using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

public sealed partial class Allocator
{
    private readonly ClientSet _candidates = new();
    private readonly ClientSet _entitled = new();
    private readonly ClientSet _exhausted = new();
    private readonly ClientSet _belowGuarantee = new();
    private readonly List<(AllocatedAgent Agent, ShareClient Client, ResourceBag Resources)> _made = [];
    private AllocatedAgent[]? _agentOrder;
    private AllocatedAgent[] _shuffled = [];
    private LeastAmounts? _least;

    private LeastAmounts Least => _least ??= new LeastAmounts(_settings.LeastAllocatable, Names);

    /// <summary>
    /// Makes a round of offers: what each holds is held from now on. Roles whose guarantee is not met come first, then
    /// everyone; each agent's whole rest goes to one framework, cut to limits and to what others are guaranteed.
    /// </summary>
    public IReadOnlyList<OfferedResources> Allocate(AllocationRound round)
    {
        var made = Run(round);
        var offers = new List<OfferedResources>(made.Count);
        foreach (var (agent, client, resources) in made)
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

    /// <summary>What it tells is good until the next round: lists of a whole pool made anew in each would be what the collector works for.</summary>
    private List<(AllocatedAgent Agent, ShareClient Client, ResourceBag Resources)> Run(AllocationRound round)
    {
        _shares.Refresh();
        LookAtQuotas();
        var agents = Shuffle(round);
        _made.Clear();
        if (_belowGuarantee.Overlaps(_wanting))
        {
            foreach (var agent in agents)
            {
                if (!_belowGuarantee.Overlaps(_wanting))
                    break;
                Serve(agent, round, Stage.Guarantees);
            }
        }

        foreach (var agent in agents)
        {
            Serve(agent, round, Stage.All);
            if (_settings.LendsIdle)
                Lend(agent, round);
        }

        return _made;
    }

    private void Serve(AllocatedAgent agent, AllocationRound round, Stage stage)
    {
        if (!agent.IsActive || !MayBeWorthOffering(agent))
            return;
        var hidden = agent.Free;
        _candidates.CopyFrom(_wanting);
        agent.Hide(_candidates, round.Now.UtcTicks);
        agent.HideBarred(_candidates);
        if (agent.HasGpus && _settings.FilterGpuResources)
            _candidates.KeepOnly(_takingGpus);
        if (agent.IsRemote)
            _candidates.KeepOnly(_takingOtherRegions);
        if (stage == Stage.Guarantees)
            _candidates.KeepOnly(_belowGuarantee);
        if (!NarrowToWhatIsLeft(agent, stage))
            return;
        while (_shares.First(_candidates) is { } client)
        {
            var resources = For(client, agent, stage);
            if (!IsWorthOffering(client, resources))
            {
                PassOver(client, agent);
                continue;
            }

            _candidates.Remove(client.Index);
            // Who refused all of it is no candidate.
            if (!ReferenceEquals(resources, hidden) && agent.IsRefused(client.Index, resources))
                continue;
            Give(agent, client, resources, given: 1);
            NoticeQuotas(client);
            _made.Add((agent, client, resources));
            if (stage == Stage.Guarantees || !MayBeWorthOffering(agent) || !NarrowToWhatIsLeft(agent, stage))
                return;
        }
    }

    /// <summary>
    /// Takes from the candidates those who can't get anything of what is free, many at once: without this every one of
    /// thousands would be looked at on every agent. False when nobody can.
    /// </summary>
    private bool NarrowToWhatIsLeft(AllocatedAgent agent, Stage stage)
    {
        var forAll = stage == Stage.Guarantees || HasHeadroom();
        if (agent.IsPlain)
        {
            if (!forAll)
                return false;
            _candidates.RemoveAll(_exhausted);
            return true;
        }

        _entitled.Clear();
        var parts = agent.Parts;
        foreach (var role in parts.ReservedTo)
        {
            if (_shares.Find(role) is { } group)
                _entitled.AddAll(group.Clients);
        }

        if (parts.HasPeculiar)
            return true;
        if (forAll && MayBeWorthOffering(parts.ForAll))
        {
            _candidates.RemoveAllBut(_exhausted, _entitled);
            agent.HideForAll(_candidates, parts.ForAll, _entitled);
        }
        else
        {
            _candidates.KeepOnly(_entitled);
        }

        return true;
    }

    /// <summary>The frameworks of one role get the same, but for what only some can deal with.</summary>
    private void PassOver(ShareClient client, AllocatedAgent agent)
    {
        if (agent.IsPlain && _choosy == 0)
            _candidates.RemoveAll(client.Parent!.Clients);
        else
            _candidates.Remove(client.Index);
    }

    private bool IsWorthOffering(ShareClient client, ResourceBag resources) => _choosy > 0 && client.Least is { } least
        ? AllocatorSettings.IsWorthOffering(resources, least)
        : Least.AreIn(resources);

    /// <summary>Whoever has an own least may want what is too little for all others.</summary>
    private bool MayBeWorthOffering(ResourceBag resources) => _choosy > 0 ? !resources.IsEmpty : Least.AreIn(resources);

    private bool MayBeWorthOffering(AllocatedAgent agent) => _choosy > 0 ? !agent.Free.IsEmpty : agent.HasLeast(Least);

    private Span<AllocatedAgent> Shuffle(AllocationRound round)
    {
        if (round.AgentIds is { } ids)
        {
            _shuffled = [.. ids.Distinct().Order(StringComparer.Ordinal).Where(_agents.ContainsKey).Select(id => _agents[id])];
        }
        else
        {
            _agentOrder ??= [.. _agents.Values.OrderBy(agent => agent.Id, StringComparer.Ordinal)];
            if (_shuffled.Length != _agentOrder.Length)
                _shuffled = new AllocatedAgent[_agentOrder.Length];
            _agentOrder.CopyTo(_shuffled, 0);
        }

        var random = new SeededOrder(round.Seed);
        random.Shuffle(_shuffled);
        return _shuffled;
    }
}
