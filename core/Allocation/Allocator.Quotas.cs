using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

public sealed partial class Allocator
{
    private readonly QuotaTree _quotas = new();

    private ResourceNames Names => _quotas.Names;

    /// <summary>Counts for the role and all below it, from now on; what is held above a new limit stays held.</summary>
    /// <exception cref="ArgumentException">A guarantee is above its limit.</exception>
    public void SetQuota(string role, Quota quota)
    {
        if (quota.WhyInvalid() is { } reason)
            throw new ArgumentException($"role {role}: {reason}", nameof(quota));
        _quotas.Set(role, quota);
        foreach (var client in _shares.Clients)
            client.Quota = _quotas.At(client.Role);
        foreach (var agent in _agents.Values)
        {
            agent.CountedFree = ResourceBag.Empty;
            CountFree(agent);
            _quotas.ConsumeReserved(agent.Total, 1);
            foreach (var (client, resources) in agent.Holdings)
                _quotas.Consume(client.Quota, Names.Sums(resources).Plain, 1);
        }
    }

    public Quota QuotaOf(string role) => _quotas.Of(role);

    /// <summary>What counts towards the role's quota: held or offered without a reservation, and all that is reserved to it.</summary>
    public ResourceQuantities ConsumedQuota(string role) => _quotas.Nodes.FirstOrDefault(node => node.Role == role) is { } node
        ? Quantities(node.Consumed)
        : ResourceQuantities.Empty;

    /// <summary>By how much of what the role is above its limits; empty when it is not.</summary>
    public ResourceQuantities AboveLimits(string role) => _quotas.Nodes.FirstOrDefault(node => node.Role == role) is { } node
        ? Quantities([.. node.Consumed.Select((_, index) => node.Limits[index] == long.MaxValue ? 0 : -node.LeftOfLimit(index))])
        : ResourceQuantities.Empty;

    private ResourceQuantities Quantities(IReadOnlyList<long> amounts) => ResourceQuantities.Of(amounts
        .Select((amount, index) => (amount, index)).Where(pair => pair.amount > 0)
        .Select(pair => KeyValuePair.Create(Names[pair.index], ResourceAmount.FromThousandths(pair.amount))));

    // Only guarantees need to know what is free in the whole pool.
    private void CountFree(AllocatedAgent agent)
    {
        if (!_quotas.HasGuarantees)
            return;
        var free = agent.IsActive ? agent.Free : ResourceBag.Empty;
        _quotas.ChangeFree(Names.Sums(agent.CountedFree).Plain, -1);
        _quotas.ChangeFree(Names.Sums(free).Plain, 1);
        agent.CountedFree = free;
    }

    /// <summary>The same where no more changed than that so much is held, or is no longer.</summary>
    private void CountFree(AllocatedAgent agent, long[] held, int sign)
    {
        if (!_quotas.HasGuarantees || !agent.IsActive)
            return;
        _quotas.ChangeFree(held, -sign);
        agent.CountedFree = agent.Free;
    }
}
