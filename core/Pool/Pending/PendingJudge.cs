using DataPlatform.Core.Allocation;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>What the rules that make offers say of one agent, with what only the pool knows: whose offers stand, why an agent rests.</summary>
internal sealed class PendingJudge(PoolState state, PendingQuestion question, DateTimeOffset now, Visibility visibility)
{
    /// <summary>When only what was refused for good still is.</summary>
    private static readonly DateTimeOffset AfterRefusals = DateTimeOffset.MaxValue.AddTicks(-1);

    private readonly string user = state.Frameworks[question.FrameworkId].Info.User;

    public string FrameworkUser => user;

    /// <summary>The verdict on one agent; its text is made when it is shown.</summary>
    /// <param name="Common">What it has in common with others of the same reason.</param>
    public sealed record Verdict(PooledAgent Agent, PendingKind Kind, string Common, OfferObstacle? Obstacle)
    {
        public PendingChange.Place Place => new(Agent.Id, Agent.Info.Hostname);
    }

    /// <summary>What the allocator says, as things are or are supposed to be; null when the agent would be offered.</summary>
    public OfferObstacle? Ask(PooledAgent agent, DateTimeOffset? at = null) =>
        question.Constraints.WhyNot(PendingMessages.AnyRole, AgentTraits.Of(agent.Info)) is { } unmet
            ? new OfferObstacle.ConstraintUnmet(unmet)
            : state.Allocator.WhyNot(question.FrameworkId, question.Role, agent.Id, at ?? now, question.Wanted);

    /// <summary>Whether the agent would be offered with so much, what the framework let go for a while included.</summary>
    public bool HasRoomFor(PooledAgent agent, ResourceQuantities wanted) =>
        question.Constraints.WhyNot(PendingMessages.AnyRole, AgentTraits.Of(agent.Info)) is null
        && state.Allocator.WhyNot(question.FrameworkId, question.Role, agent.Id, AfterRefusals, wanted) is null;

    public Verdict Judge(PooledAgent agent)
    {
        if (agent.OutstandingOffers.Values.Any(IsAnswer))
            return new(agent, PendingKind.Offered, "is offered to the framework now, which has not answered", null);
        var obstacle = Ask(agent);
        var (kind, common) = obstacle switch
        {
            null => (PendingKind.Fits, "comes with an offer to come, unless someone with a smaller share is first"),
            OfferObstacle.TooLittle little => TooLittle(agent, little),
            OfferObstacle.LimitReached limit => (PendingKind.LimitReached, Shown(limit).Text),
            OfferObstacle.KeptForGuarantees kept => (PendingKind.KeptForGuarantees, Shown(kept).Text),
            OfferObstacle.Refused => (PendingKind.Refused, "the framework refused what is free there"),
            OfferObstacle.ConstraintUnmet => (PendingKind.ConstraintUnmet, obstacle.Text),
            OfferObstacle.HasGpus => (PendingKind.HasGpus, obstacle.Text),
            OfferObstacle.OtherRegion => (PendingKind.OtherRegion, obstacle.Text),
            OfferObstacle.AgentInactive => Inactive(agent),
            OfferObstacle.Suppressed => (PendingKind.Suppressed, obstacle.Text),
            OfferObstacle.FrameworkAway => (PendingKind.FrameworkAway, obstacle.Text),
            OfferObstacle.NotInRole => (PendingKind.NotInRole, obstacle.Text),
            _ => throw new InvalidOperationException($"No rule tells {obstacle.GetType().Name}"),
        };
        return new(agent, kind, common, obstacle);
    }

    public PendingAgent Show(Verdict verdict) => new(verdict.Agent.Id, verdict.Agent.Info.Hostname, verdict.Kind, verdict.Obstacle switch
    {
        OfferObstacle.TooLittle little => Shown(little).Text,
        OfferObstacle.Refused { Until: var until } when until != DateTimeOffset.MaxValue => new OfferObstacle.Refused(state.OnTheWall(until)).Text,
        _ => verdict.Common,
    });

    /// <summary>A framework as the caller may know it.</summary>
    public string NameOf(string frameworkId) => state.Frameworks.TryGetValue(frameworkId, out var framework) && visibility.Framework(framework.Info)
        ? $"{framework.Info.Name} ({framework.Id})"
        : "another framework";

    public string RoleName(string role) => role == question.Role || visibility.Role(role) ? role : "of others";

    /// <summary>Offered to the framework itself, with all that is wanted.</summary>
    private bool IsAnswer(PooledOffer offer) => offer.FrameworkId == question.FrameworkId && offer.Role == question.Role
        && (question.Wanted is null || offer.Resources.Quantities.Contains(question.Wanted));

    private (PendingKind, string) TooLittle(PooledAgent agent, OfferObstacle.TooLittle little)
    {
        if (question.Wanted is not { } wanted)
            return (PendingKind.TooLittle, "less is free than an offer must hold");
        var missing = string.Join(", ", wanted.Where(each => little.Available.Amount(each.Key) < each.Value).Select(each => each.Key));
        return Whole(agent).Contains(wanted)
            ? (PendingKind.TooLittle, $"too little {missing} is free")
            : (PendingKind.TooSmall, $"too small: not enough {missing} even when nothing else runs there");
    }

    /// <summary>What the agent has for the role when nothing runs there: held or not, and reserved to others only while they run.</summary>
    public ResourceQuantities Whole(PooledAgent agent) => agent.Total.Where(entry => entry.Kind.MayBeAvailableTo(question.Role)).Quantities;

    private (PendingKind, string) Inactive(PooledAgent agent) => (agent.IsConnected, state.Deactivations.GetValueOrDefault(agent.Id)) switch
    {
        (_, { Drain: not null }) => (PendingKind.AgentDraining, "is being drained, or is drained, for an operator"),
        (_, not null) => (PendingKind.AgentDeactivated, "an operator deactivated it"),
        (false, _) => (PendingKind.AgentAway, "is not connected"),
        _ => (PendingKind.AgentDeactivated, "takes no new tasks"),
    };

    /// <summary>What of it is asked about.</summary>
    private ResourceBag Asked(ResourceBag resources) =>
        question.Wanted is { } wanted ? resources.Where(entry => wanted.Lists(entry.Kind.Name)) : resources;

    private OfferObstacle Shown(OfferObstacle obstacle) => obstacle switch
    {
        OfferObstacle.TooLittle little => little with
        {
            Available = Asked(little.Available),
            Free = Asked(little.Free),
            Holdings = [.. little.Holdings.Select(held => new OfferObstacle.Holding(NameOf(held.FrameworkId), RoleName(held.Role), Asked(held.Resources)))
                .Where(held => !held.Resources.IsEmpty)],
        },
        OfferObstacle.LimitReached limit => limit with { Role = RoleName(limit.Role) },
        OfferObstacle.KeptForGuarantees kept => kept with
        {
            Roles = [.. kept.Roles.Select(role => KeyValuePair.Create(RoleName(role.Key), role.Value))],
        },
        _ => obstacle,
    };
}
