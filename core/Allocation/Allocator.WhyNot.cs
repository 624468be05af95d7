using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

public sealed partial class Allocator
{
    /// <summary>
    /// Why the framework would not be offered the agent for the role in a round of its own; null when it would, unless
    /// someone with a smaller share comes first. Asks what a round asks, one client at a time.
    /// </summary>
    /// <param name="wanted">What an offer is to hold; null for whatever offers hold at least.</param>
    public OfferObstacle? WhyNot(string frameworkId, string role, string agentId, DateTimeOffset now, ResourceQuantities? wanted = null)
    {
        if (Client(frameworkId, role) is not { IsSubscribed: true } client)
            return new OfferObstacle.NotInRole();
        if (!_wanting[client.Index])
            return Framework(frameworkId).IsActive ? new OfferObstacle.Suppressed() : new OfferObstacle.FrameworkAway();
        if (!_agents.TryGetValue(agentId, out var agent))
            return new OfferObstacle.UnknownAgent();
        if (!agent.IsActive)
            return new OfferObstacle.AgentInactive();
        if (agent.IsBarred(client.Index))
            return new OfferObstacle.ConstraintUnmet(client.Traits.Constraints.WhyNot(role, agent.Traits)!);
        if (agent.HasGpus && _settings.FilterGpuResources && !_takingGpus[client.Index])
            return new OfferObstacle.HasGpus();
        if (agent.IsRemote && !_takingOtherRegions[client.Index])
            return new OfferObstacle.OtherRegion(agent.Traits.Region!);
        DateTimeOffset? refused = null;
        foreach (var stage in client.Quota is null ? [Stage.All] : (ReadOnlySpan<Stage>)[Stage.Guarantees, Stage.All])
        {
            var resources = stage == Stage.All || IsBelowGuarantee(client) ? For(client, agent, stage) : ResourceBag.Empty;
            if (!IsWorthOffering(client, resources) || (wanted is not null && !resources.Quantities.Contains(wanted)))
                continue;
            if (agent.RefusedUntil(client.Index, resources, now.UtcTicks) is not { } until)
                return null;
            refused = refused > until ? refused : until;
        }

        return refused is { } end ? new OfferObstacle.Refused(end) : WhyTooLittle(client, agent, wanted);
    }

    private static bool IsBelowGuarantee(ShareClient client)
    {
        for (var node = client.Quota; node is not null; node = node.Parent)
        {
            if (node.IsBelowGuarantee)
                return true;
        }

        return false;
    }

    private OfferObstacle WhyTooLittle(ShareClient client, AllocatedAgent agent, ResourceQuantities? wanted)
    {
        var available = agent.Free.Where(entry => IsFor(client, entry.Kind));
        if (IsWorthOffering(client, available) && (wanted is null || available.Quantities.Contains(wanted)))
            return WhyCut(client, available, wanted);
        return new OfferObstacle.TooLittle(wanted, available, agent.Free, [.. agent.Holdings
            .OrderBy(holding => holding.Client.FrameworkId, StringComparer.Ordinal).ThenBy(holding => holding.Client.Role, StringComparer.Ordinal)
            .Select(holding => new OfferObstacle.Holding(holding.Client.FrameworkId, holding.Client.Role, holding.Resources))]);
    }

    private OfferObstacle WhyCut(ShareClient client, ResourceBag available, ResourceQuantities? wanted)
    {
        var cut = Cut(client, available, Stage.All).Quantities;
        // What is left may hold all that is wanted, and still be less than an offer must hold.
        var least = wanted is null || cut.Contains(wanted) ? available.Quantities : wanted;
        var fewer = available.Quantities.Where(amount => cut[amount.Key] < least[amount.Key]).Select(amount => amount.Key);
        foreach (var name in fewer)
        {
            var index = Names.IndexOf(name);
            var left = QuotaTree.LeftOfLimits(client.Quota, index, out var tightest);
            if (tightest is not null && left <= _quotas.Headroom(index))
            {
                return new OfferObstacle.LimitReached(tightest.Role, name,
                    ResourceAmount.FromThousandths(tightest.Limits[index]), ResourceAmount.FromThousandths(tightest.Consumed[index]));
            }

            if (_quotas.Headroom(index) != long.MaxValue)
            {
                return new OfferObstacle.KeptForGuarantees(name, [.. _quotas.Nodes
                    .Where(node => index < node.Need.Length && node.Guarantees[index] > node.Consumed[index])
                    .Select(node => KeyValuePair.Create(node.Role, ResourceAmount.FromThousandths(node.Guarantees[index] - node.Consumed[index])))]);
            }
        }

        throw new InvalidOperationException($"{available} was cut to {cut} for role {client.Role} by no quota");
    }
}
