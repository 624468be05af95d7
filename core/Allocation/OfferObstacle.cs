using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>Why a framework is not offered an agent for one of its roles. <see cref="Text"/> says it to people.</summary>
public abstract record OfferObstacle
{
    private OfferObstacle()
    {
    }

    public abstract string Text { get; }

    /// <summary>Something that a framework, for a role, holds on the agent: offered to it or in use.</summary>
    public sealed record Holding(string FrameworkId, string Role, ResourceBag Resources)
    {
        public override string ToString() => $"{FrameworkId} ({Role}) holds {Resources}";
    }

    public sealed record UnknownAgent : OfferObstacle
    {
        public override string Text => "the pool has no such agent now";
    }

    public sealed record NotInRole : OfferObstacle
    {
        public override string Text => "the framework is not in the role";
    }

    public sealed record FrameworkAway : OfferObstacle
    {
        public override string Text => "the framework is not connected";
    }

    public sealed record Suppressed : OfferObstacle
    {
        public override string Text => "the framework suppressed offers for the role and did not revive them";
    }

    public sealed record AgentInactive : OfferObstacle
    {
        public override string Text => "the agent is not connected or is not to get new tasks";
    }

    public sealed record ConstraintUnmet(string Constraint) : OfferObstacle
    {
        public override string Text => $"the framework's offer constraints leave the agent out: {Constraint}";
    }

    public sealed record HasGpus : OfferObstacle
    {
        public override string Text => "the agent has gpus, the framework lacks the capability GPU_RESOURCES";
    }

    public sealed record OtherRegion(string Region) : OfferObstacle
    {
        public override string Text => $"the agent is in region {Region}, the framework lacks the capability REGION_AWARE";
    }

    /// <summary>Too little is there for the role, whatever the quotas.</summary>
    /// <param name="Wanted">Null when it was not said: then it is less than an offer must hold.</param>
    /// <param name="Available">Free and not reserved to others.</param>
    public sealed record TooLittle(ResourceQuantities? Wanted, ResourceBag Available, ResourceBag Free, IReadOnlyList<Holding> Holdings) : OfferObstacle
    {
        private const int MostNamed = 5;

        public override string Text
        {
            get
            {
                var free = Available.IsEmpty ? "nothing" : Available.ToString();
                var wanted = Wanted is null ? "less than an offer must hold" : $"{Wanted} are wanted";
                var reserved = Free.Equals(Available) ? "" : $"; {Free} is free, some of it reserved to others";
                var more = Holdings.Count > MostNamed ? $" and {Holdings.Count - MostNamed} more" : "";
                var holders = Holdings.Count == 0 ? "" : $"; {string.Join(", ", Holdings.Take(MostNamed))}{more}";
                return $"{free} is free for the role, {wanted}{reserved}{holders}";
            }
        }
    }

    /// <summary>The quota of the role, or of one above it, leaves too little.</summary>
    public sealed record LimitReached(string Role, string Resource, ResourceAmount Limit, ResourceAmount Consumed) : OfferObstacle
    {
        public override string Text => $"role {Role} may have {Resource}:{Limit} and has {Consumed}, reservations included";
    }

    /// <summary>What is free in the whole pool is kept for guarantees that are not met yet.</summary>
    public sealed record KeptForGuarantees(string Resource, IReadOnlyList<KeyValuePair<string, ResourceAmount>> Roles) : OfferObstacle
    {
        public override string Text =>
            $"free {Resource} is kept for guarantees: {string.Join(", ", Roles.Select(role => $"role {role.Key} is still to get {role.Value}"))}";
    }

    /// <param name="Until"><see cref="DateTimeOffset.MaxValue"/> for good. A REVIVE ends it.</param>
    public sealed record Refused(DateTimeOffset Until) : OfferObstacle
    {
        public override string Text => Until == DateTimeOffset.MaxValue
            ? "the framework refused what is free there for good"
            : $"the framework refused what is free there until {Until:u}";
    }
}
