using System.Diagnostics.CodeAnalysis;
using DataPlatform.Core.Allocation;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>Which quotas make sense, each alone and all together. Each rule answers why not, or null.</summary>
internal static class QuotaRules
{
    /// <summary>Of resources in one quota.</summary>
    private const int MostResources = 100;

    public static string? TryRead(QuotaConfig config, [NotNull] out Quota? quota)
    {
        quota = Quota.None;
        if (config.Role == RoleName.Default)
            return "role '*' is everyone's and can't have a quota";
        if (RoleName.WhyInvalid(config.Role) is { } wrong)
            return wrong;
        if (config.Guarantees.Count > MostResources || config.Limits.Count > MostResources)
            return $"the quota of role '{config.Role}' names more than {MostResources} resources";
        if (!ResourceMessages.TryReadQuantities(config.Guarantees, out var guarantees, out var reason)
            || !ResourceMessages.TryReadQuantities(config.Limits, out var limits, out reason))
            return $"the quota of role '{config.Role}': {reason}";
        // A guarantee of nothing says nothing; a limit of nothing forbids.
        quota = new Quota(ResourceQuantities.Of(guarantees.Where(amount => !amount.Value.IsZero)), limits);
        return quota.WhyInvalid() is { } unfit ? $"the quota of role '{config.Role}': {unfit}" : null;
    }

    /// <summary>What the roles below are sure of must fit into what the role itself is sure of, and into its limit.</summary>
    public static string? WhyNotTogether(IReadOnlyDictionary<string, Quota> quotas)
    {
        foreach (var (role, quota) in quotas)
        {
            var below = Below(quotas, role);
            foreach (var (name, amount) in below)
            {
                if (quota.Guarantees.Lists(name) && amount > quota.Guarantees[name])
                    return $"the roles below '{role}' are guaranteed {name}:{amount}, which is more than its own guarantee {quota.Guarantees[name]}";
                if (quota.Limits.Lists(name) && amount > quota.Limits[name])
                    return $"the roles below '{role}' are guaranteed {name}:{amount}, which is more than its limit {quota.Limits[name]}";
            }
        }

        return null;
    }

    /// <summary>All guarantees together must be there at all.</summary>
    public static string? WhyNotInPool(PoolState state, IReadOnlyDictionary<string, Quota> quotas)
    {
        var total = state.Agents.Values.Aggregate(ResourceQuantities.Empty, (sum, agent) => sum.Add(agent.Total.Quantities));
        foreach (var (name, amount) in Below(quotas, above: null))
        {
            if (amount > total[name])
                return $"guarantees of {name} would be {amount} in all, and the pool has {total[name]}";
        }

        return null;
    }

    /// <summary>What the nearest roles with a quota below a role need for themselves and all below them.</summary>
    private static ResourceQuantities Below(IReadOnlyDictionary<string, Quota> quotas, string? above)
    {
        var sum = ResourceQuantities.Empty;
        foreach (var (role, quota) in quotas.Where(pair => NearestAbove(quotas, pair.Key) == above))
        {
            var below = Below(quotas, role);
            sum = sum.Add(ResourceQuantities.Of(quota.Guarantees.Names.Union(below.Names)
                .Select(name => KeyValuePair.Create(name, ResourceAmount.Max(quota.Guarantees[name], below[name])))));
        }

        return sum;
    }

    private static string? NearestAbove(IReadOnlyDictionary<string, Quota> quotas, string role) =>
        RoleName.Path(role).Where(path => path != role && quotas.ContainsKey(path)).LastOrDefault();
}
