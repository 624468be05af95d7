using DataPlatform.Core.Allocation;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>UPDATE_QUOTA, and SET_QUOTA and REMOVE_QUOTA of older clients: all roles named change together, or none.</summary>
internal static class QuotaUpdating
{
    public static Decision Decide(PoolState state, PoolCommand.UpdateQuotas command)
    {
        if (command.Configs.Count == 0)
            return Decision.Invalid("update_quota.quota_configs is empty; name at least one role");
        var updated = new SortedDictionary<string, Quota>(StringComparer.Ordinal);
        foreach (var config in command.Configs)
        {
            if (QuotaRules.TryRead(config, out var quota) is { } wrong)
                return Decision.Invalid(wrong);
            if (!updated.TryAdd(config.Role, quota))
                return Decision.Invalid($"role '{config.Role}' is named twice");
        }

        var after = new SortedDictionary<string, Quota>(StringComparer.Ordinal);
        foreach (var (role, quota) in state.Quotas.Concat(updated))
            after[role] = quota;
        if (QuotaRules.WhyNotTogether(after) is { } unfit)
            return Decision.Invalid(unfit);
        if (!command.Force && (QuotaRules.WhyNotInPool(state, after) ?? WhyAboveUse(state, updated)) is { } why)
            return Decision.Invalid($"{why}; force allows it");

        var decision = new Decision { Outcome = PoolOutcome.Ok };
        foreach (var (role, quota) in updated.Where(pair => state.Quotas.GetValueOrDefault(pair.Key, Quota.None) != pair.Value))
            decision.Happened(new PoolEvent.QuotaUpdated(role, quota));
        OfferRescinding.Rescind(state, decision, after);
        return decision;
    }

    /// <summary>The old call's guarantee is its limit too.</summary>
    public static Decision Set(PoolState state, PoolCommand.SetQuota command)
    {
        var request = command.Request;
        if (state.Quotas.ContainsKey(request.Role))
            return Decision.Invalid($"role '{request.Role}' has a quota already; UPDATE_QUOTA changes it");
        if (request.Guarantee.Count == 0)
            return Decision.Invalid("set_quota.quota_request.guarantee is empty");
        var config = new QuotaConfig { Role = request.Role };
        foreach (var resource in request.Guarantee)
        {
            if (resource.Type != Value.Types.Type.Scalar || resource.Scalar is null || resource.Disk is not null
                || resource.Revocable is not null || resource.Reservations.Count > 0 || resource.HasRole)
                return Decision.Invalid($"guarantee '{Names.Printable(resource.Name)}' is more than a name and a scalar");
            if (!config.Guarantees.TryAdd(resource.Name, resource.Scalar))
                return Decision.Invalid($"guarantee '{Names.Printable(resource.Name)}' is named twice");
            config.Limits[resource.Name] = resource.Scalar;
        }

        return Decide(state, new PoolCommand.UpdateQuotas([config], request.Force, command.Caller));
    }

    public static Decision Remove(PoolState state, PoolCommand.RemoveQuota command) => state.Quotas.ContainsKey(command.Role)
        ? Decide(state, new PoolCommand.UpdateQuotas([new QuotaConfig { Role = command.Role }], Force: false, command.Caller))
        : Decision.Invalid($"role '{Names.Printable(command.Role)}' has no quota");

    /// <summary>What runs or is reserved above a new limit would stay; whoever sets the limit must know that.</summary>
    private static string? WhyAboveUse(PoolState state, IEnumerable<KeyValuePair<string, Quota>> updated)
    {
        foreach (var (role, quota) in updated)
        {
            var used = RoleUse.Of(state, role);
            foreach (var (name, limit) in quota.Limits)
            {
                if (used.WithoutOffers[name] > limit)
                    return $"role '{role}' uses {name}:{used.WithoutOffers[name]}, reservations included, which is above the limit {limit}";
            }
        }

        return null;
    }
}
