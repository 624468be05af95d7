using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>Something that would let a framework have the offer it waits for: the allocator was asked as if it had happened.</summary>
public abstract record PendingChange
{
    private PendingChange()
    {
    }

    public abstract string Text { get; }

    /// <summary>The first agent on which it fits then.</summary>
    public sealed record Place(string AgentId, string Hostname)
    {
        public override string ToString() => $"{Hostname} ({AgentId})";
    }

    /// <summary>A limit that is too low, what it is and what it must at least be.</summary>
    public sealed record Limit(string Role, string Resource, ResourceAmount Now, ResourceAmount Needed)
    {
        public override string ToString() => $"{Resource} of role {Role} from {Now} to {Needed}";
    }

    public sealed record FrameworkRevives(string Role) : PendingChange
    {
        public override string Text => $"when the framework revives offers for role {Role}";
    }

    public sealed record FrameworkConnects : PendingChange
    {
        public override string Text => "when the framework is connected";
    }

    /// <param name="At">On the wall; null for a refusal that never ends. A REVIVE ends it at once.</param>
    public sealed record RefusalEnds(Place Agent, DateTimeOffset? At) : PendingChange
    {
        public override string Text => At is { } at
            ? $"fits on {Agent} when the framework's refusal ends at {at:u}, or with a REVIVE"
            : $"fits on {Agent} with a REVIVE; the framework refused it for good";
    }

    /// <param name="Holder">Whose offers; the latest of them is taken back at <paramref name="At"/>.</param>
    /// <param name="At">On the wall; null when offers are never taken back.</param>
    public sealed record OffersEnd(Place Agent, string Holder, DateTimeOffset? At) : PendingChange
    {
        public override string Text => $"fits on {Agent} when what is offered to {Holder} is declined"
            + (At is { } at ? $"; it is taken back at {at:u}" : "");
    }

    public sealed record AgentTakesTasks(Place Agent, PendingKind Until) : PendingChange
    {
        public override string Text => Until switch
        {
            PendingKind.AgentDraining => $"fits on {Agent} when it is drained and reactivated",
            PendingKind.AgentDeactivated => $"fits on {Agent} when it is reactivated",
            _ => $"fits on {Agent} when it is connected again",
        };
    }

    public sealed record LimitsRaised(Place Agent, IReadOnlyList<Limit> Limits) : PendingChange
    {
        public override string Text => $"fits on {Agent} when limits are raised: {string.Join(", ", Limits)}";
    }

    /// <summary>By what those that have to end were chosen.</summary>
    public enum Chosen
    {
        /// <summary>In the order in which they end no others make room earlier.</summary>
        Soonest,

        /// <summary>No fewer do.</summary>
        Fewest,

        /// <summary>They do nothing, and of those that do nothing no fewer do.</summary>
        Idle,
    }

    /// <param name="Agent">Null when all fit then that have to find room at the same time, on several agents or one.</param>
    /// <param name="Names">Of what was said to end; none of them could stay.</param>
    public sealed record TasksEnd(Place? Agent, IReadOnlyList<string> Names, Chosen By) : PendingChange
    {
        public override string Text => $"{(Agent is null ? "all fit together" : $"fits on {Agent}")} when "
            + (Names.Count == 1 ? $"{Names[0]} ends" : $"all of these have ended: {string.Join(", ", Names)}");
    }

    /// <summary>Nothing that could end would do.</summary>
    public sealed record LargerAgent(ResourceQuantities Wanted, ResourceQuantities Largest) : PendingChange
    {
        public override string Text => $"with a larger host: {Wanted} are wanted on one, and no host has more than {Largest}";
    }
}
