using DataPlatform.Core.Allocation;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>UPDATE_FRAMEWORK: everything but what running tasks rely on may change.</summary>
internal static class FrameworkUpdating
{
    public static Decision Decide(PoolState state, PooledFramework framework, SchedulerCall.Types.UpdateFramework update)
    {
        var info = update.FrameworkInfo.Clone();
        if (!info.HasPrincipal && framework.Info.HasPrincipal)
            info.Principal = framework.Info.Principal;
        if ((FrameworkRules.WhyNot(info, update.SuppressedRoles) ?? AgentConstraints.WhyNot(update.OfferConstraints)) is { } why)
            return Decision.Invalid(why);
        if (info.User != framework.Info.User)
            return Decision.Invalid("framework_info.user can not be changed");
        if (info.Checkpoint != framework.Info.Checkpoint)
            return Decision.Invalid("framework_info.checkpoint can not be changed");
        if (info.Principal != framework.Info.Principal)
            return Decision.Invalid("framework_info.principal can not be changed");

        var decision = new Decision { Outcome = PoolOutcome.Ok };
        var roles = FrameworkRules.RolesOf(info).ToHashSet();
        foreach (var offer in FrameworkLife.OffersOf(framework).Select(id => state.Offers[id]).Where(offer => !roles.Contains(offer.Role)))
            OfferEvents.Rescind(state, decision, offer);

        if (!framework.Info.Equals(info))
            decision.Happened(new PoolEvent.FrameworkChanged(info));
        if (!Equals(framework.OfferConstraints, update.OfferConstraints))
            decision.Happened(new PoolEvent.OfferConstraintsSet(framework.Id, update.OfferConstraints));
        var revived = framework.SuppressedRoles.Except(update.SuppressedRoles).ToList();
        if (revived.Count > 0)
            decision.Happened(new PoolEvent.RolesRevived(framework.Id, revived));
        if (update.SuppressedRoles.Count > 0)
            decision.Happened(new PoolEvent.RolesSuppressed(framework.Id, [.. update.SuppressedRoles]));
        return decision;
    }
}
