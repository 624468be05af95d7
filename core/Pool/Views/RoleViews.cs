using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>Roles, quotas and weights as operators see them.</summary>
public static class RoleViews
{
    /// <summary>Roles that a framework is in, or that have a weight or a quota; by name.</summary>
    public static OperatorResponse.Types.GetRoles Roles(PoolState state)
    {
        var view = new OperatorResponse.Types.GetRoles();
        var members = state.Frameworks.Values.SelectMany(framework => framework.Roles.Select(role => (role, framework)))
            .ToLookup(pair => pair.role, pair => pair.framework);
        var names = members.Select(role => role.Key).Concat(state.Weights.Keys).Concat(state.Quotas.Keys);
        var held = FrameworkViews.HeldByRole(state);
        foreach (var name in names.Distinct().Order(StringComparer.Ordinal))
        {
            var told = new Role { Name = name, Weight = state.WeightOf(name) };
            told.Frameworks.Add(members[name].OrderBy(framework => framework.Id, StringComparer.Ordinal).Select(framework => framework.Info.Id));
            told.Resources.Add(held.GetValueOrDefault(name, ResourceBag.Empty).Where(entry => entry.Value is ResourceValue.Scalar).ToMessages());
            view.Roles.Add(told);
        }

        return view;
    }

    public static OperatorResponse.Types.GetQuota Quotas(PoolState state)
    {
        var status = new QuotaStatus();
        foreach (var (role, quota) in state.Quotas)
        {
            var info = new QuotaInfo { Role = role };
            info.Guarantee.Add(quota.Guarantees.Select(amount => new Resource
            {
                Name = amount.Key,
                Type = Value.Types.Type.Scalar,
                Scalar = new Value.Types.Scalar { Value = amount.Value.ToDouble() },
            }));
            status.Infos.Add(info);
            status.Configs.Add(Config(role, quota));
        }

        return new() { Status = status };
    }

    /// <summary>Null while no role was ever given a weight: that is how Mesos answers.</summary>
    public static OperatorResponse.Types.GetWeights? Weights(PoolState state)
    {
        if (state.Weights.Count == 0)
            return null;
        var view = new OperatorResponse.Types.GetWeights();
        view.WeightInfos.Add(state.Weights.Select(weight => new WeightInfo { Role = weight.Key, Weight = weight.Value }));
        return view;
    }

    internal static QuotaConfig Config(string role, Allocation.Quota quota)
    {
        var config = new QuotaConfig { Role = role };
        foreach (var (name, amount) in quota.Guarantees)
            config.Guarantees[name] = new Value.Types.Scalar { Value = amount.ToDouble() };
        foreach (var (name, amount) in quota.Limits)
            config.Limits[name] = new Value.Types.Scalar { Value = amount.ToDouble() };
        return config;
    }
}
