using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>UPDATE_WEIGHTS: all roles named change together, or none.</summary>
internal static class WeightUpdating
{
    public static Decision Decide(PoolState state, PoolCommand.UpdateWeights command)
    {
        if (command.Weights.Count == 0)
            return Decision.Invalid("update_weights.weight_infos is empty; name at least one role");
        var seen = new HashSet<string>();
        var decision = new Decision { Outcome = PoolOutcome.Ok };
        foreach (var info in command.Weights)
        {
            if (RoleName.WhyInvalid(info.Role) is { } wrong)
                return Decision.Invalid(wrong);
            if (!seen.Add(info.Role))
                return Decision.Invalid($"role '{info.Role}' is named twice");
            if (!(info.Weight > 0) || !double.IsFinite(info.Weight))
                return Decision.Invalid($"the weight of role '{info.Role}' is {info.Weight}; a number above 0 is allowed");
            if (state.WeightOf(info.Role) != info.Weight)
                decision.Happened(new PoolEvent.WeightUpdated(info.Role, info.Weight));
        }

        return decision;
    }
}
