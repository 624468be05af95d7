using DataPlatform.Core.Allocation;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Resources;

namespace DataPlatform.Simulation.Tests;

/// <summary>
/// No offer is made that takes a role, with all below it, above its limit. What comes back with an agent, and what was held
/// when the limit was set, may be above it.
/// </summary>
internal sealed class QuotaInvariants(Action<string> fail)
{
    private readonly SortedDictionary<string, Quota> told = new(StringComparer.Ordinal);
    private HashSet<string> seen = [];

    /// <summary>Null while that is not known.</summary>
    public Quota? Told(string role) => told.GetValueOrDefault(role);

    /// <summary>An operator was answered that it is so; null: was not answered yet.</summary>
    public void Tell(string role, Quota? quota)
    {
        if (quota is null)
            told.Remove(role);
        else
            told[role] = quota;
    }

    /// <summary>What the next master must know from the journal alone.</summary>
    public void Remembers(PoolState state)
    {
        foreach (var (role, quota) in told.Where(pair => state.Quotas.GetValueOrDefault(pair.Key, Quota.None) != pair.Value))
            fail($"the quota of role {role} was told to be {quota}, and the next master takes it for {state.Quotas.GetValueOrDefault(role)}");
    }

    /// <summary>After each turn: what is offered from now on.</summary>
    public void Check(PoolState state)
    {
        Check(state, offer => !seen.Contains(offer.Id));
        seen = [.. state.Offers.Keys];
    }

    /// <summary>As soon as quotas have changed, before anything else that comes with the same turn: offers that are above them do not stand.</summary>
    public void Changed(PoolState state) => Check(state, static _ => true);

    private void Check(PoolState state, Func<PooledOffer, bool> isJudged)
    {
        foreach (var (role, quota) in state.Quotas)
        {
            var offers = state.Offers.Values.Where(offer => RoleName.IsSameOrBelow(offer.Role, role)).ToList();
            var offered = Sum(offers.Where(isJudged).Select(offer => Plain(offer.Resources)));
            var held = Held(state, role).Add(Sum(offers.Select(offer => Plain(offer.Resources))));
            foreach (var (name, limit) in quota.Limits.Where(limit => !offered[limit.Key].IsZero && held[limit.Key] > limit.Value))
                fail($"role {role} is offered {name}:{offered[name]} and then has {name}:{held[name]}, which is above its limit {limit}");
        }
    }

    private static ResourceQuantities Held(PoolState state, string role) => Sum(state.Agents.Values.SelectMany(agent =>
        agent.HoldingTasks.Where(task => RoleName.IsSameOrBelow(task.Role, role)).Select(task => Plain(task.Resources))
            .Concat(agent.Executors.Values.Where(executor => RoleName.IsSameOrBelow(executor.Role, role)).Select(executor => Plain(executor.Resources)))
            .Append(agent.Total.Where(entry => RoleName.IsSameOrBelow(entry.Kind.ReservedTo, role)))));

    private static ResourceBag Plain(ResourceBag resources) => resources.Where(static entry => !entry.Kind.IsReserved && !entry.Kind.IsRevocable);

    private static ResourceQuantities Sum(IEnumerable<ResourceBag> bags) => ResourceQuantities.Of(bags.SelectMany(bag => bag.Quantities));
}
