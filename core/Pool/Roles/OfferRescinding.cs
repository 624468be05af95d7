using DataPlatform.Core.Allocation;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>Takes back offers that new quotas no longer allow: those above a limit, and those that hold what guarantees need.</summary>
internal static class OfferRescinding
{
    public static void Rescind(PoolState state, Decision decision, IReadOnlyDictionary<string, Quota> quotas)
    {
        var rescinded = new HashSet<string>();
        foreach (var (role, quota) in quotas)
        {
            var use = RoleUse.Of(state, role);
            var taken = use.WithoutOffers;
            // The oldest offers stay: whoever has waited longest for an answer is most likely about to give it.
            foreach (var offer in InOrder(RoleUse.OffersOf(state, role)))
            {
                var sum = taken.Add(RoleUse.Plain(offer.Resources).Quantities);
                if (quota.Limits.Any(limit => sum[limit.Key] > limit.Value && sum[limit.Key] > taken[limit.Key]))
                    rescinded.Add(offer.Id);
                else
                    taken = sum;
            }
        }

        FreeForGuarantees(state, quotas, rescinded);
        foreach (var id in rescinded.Order(StringComparer.Ordinal))
            OfferEvents.Rescind(state, decision, state.Offers[id]);
    }

    private static void FreeForGuarantees(PoolState state, IReadOnlyDictionary<string, Quota> quotas, HashSet<string> rescinded)
    {
        var missing = Missing(state, quotas, rescinded);
        // The newest go first, and none of roles that are sure of something themselves.
        foreach (var offer in InOrder(state.Offers.Values).Reverse())
        {
            if (missing.IsEmpty)
                return;
            var guaranteed = RoleName.Path(offer.Role).Any(role => quotas.TryGetValue(role, out var quota) && !quota.Guarantees.IsEmpty);
            var held = RoleUse.Plain(offer.Resources).Quantities;
            if (guaranteed || rescinded.Contains(offer.Id) || !missing.Names.Any(name => !held[name].IsZero))
                continue;
            rescinded.Add(offer.Id);
            missing = Less(missing, held);
        }
    }

    private static ResourceQuantities Missing(PoolState state, IReadOnlyDictionary<string, Quota> quotas, HashSet<string> rescinded)
    {
        var open = ResourceQuantities.Empty;
        foreach (var (role, quota) in quotas.Where(pair => !RoleName.Path(pair.Key).Any(above => above != pair.Key && quotas.ContainsKey(above))))
        {
            var use = RoleUse.Of(state, role);
            open = open.Add(Less(quota.Guarantees, use.WithoutOffers.Add(use.Offers)));
        }

        if (open.IsEmpty)
            return open;
        var free = state.Agents.Values.Where(agent => agent.IsConnected)
            .Aggregate(ResourceQuantities.Empty, (sum, agent) => sum.Add(RoleUse.Plain(state.Allocator.Free(agent.Id)).Quantities));
        foreach (var id in rescinded)
            free = free.Add(RoleUse.Plain(state.Offers[id].Resources).Quantities);
        return Less(open, free);
    }

    private static ResourceQuantities Less(ResourceQuantities amounts, ResourceQuantities taken) => ResourceQuantities.Of(amounts
        .Select(amount => KeyValuePair.Create(amount.Key, ResourceAmount.SubtractToZero(amount.Value, taken[amount.Key])))
        .Where(amount => !amount.Value.IsZero));

    /// <summary>Ids end in their number, so the shorter one is the older one.</summary>
    private static IEnumerable<PooledOffer> InOrder(IEnumerable<PooledOffer> offers) =>
        offers.OrderBy(offer => offer.Id.Length).ThenBy(offer => offer.Id, StringComparer.Ordinal);
}
