namespace DataPlatform.Core.Pool;

/// <summary>Mesos's names for quotas and shares of roles.</summary>
internal static class RoleMetrics
{
    public static IEnumerable<(string Name, double Value)> Of(PoolState state)
    {
        foreach (var (role, quota) in state.Quotas)
        {
            var prefix = $"allocator/mesos/quota/roles/{role}/resources";
            foreach (var (name, amount) in quota.Guarantees)
                yield return ($"{prefix}/{name}/guarantee", amount.ToDouble());
            foreach (var (name, amount) in quota.Limits)
                yield return ($"{prefix}/{name}/limit", amount.ToDouble());
            foreach (var (name, amount) in state.Allocator.ConsumedQuota(role))
                yield return ($"{prefix}/{name}/consumed", amount.ToDouble());
        }

        foreach (var role in state.Frameworks.Values.SelectMany(framework => framework.Roles).Distinct().Order(StringComparer.Ordinal))
            yield return ($"allocator/mesos/roles/{role}/shares/dominant", state.Allocator.ShareOf(role));
    }
}
