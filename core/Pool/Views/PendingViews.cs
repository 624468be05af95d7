using DataPlatform.Core.Allocation;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>What of one agent stands between a framework and its offer; null when nothing does.</summary>
public sealed record PendingAgent(string AgentId, string Hostname, OfferObstacle? Obstacle);

/// <summary>Why a framework waits: for each agent the answer of the very rules that make offers.</summary>
public static class PendingViews
{
    /// <param name="wanted">What an offer is to hold; null for whatever offers hold at least.</param>
    /// <returns>Every registered agent by id; null when no framework has the id.</returns>
    public static IReadOnlyList<PendingAgent>? Of(
        PoolState state, string frameworkId, string role, DateTimeOffset now, ResourceQuantities? wanted = null) =>
        state.Frameworks.ContainsKey(frameworkId)
            ? [.. state.Agents.Values.OrderBy(agent => agent.Id, StringComparer.Ordinal).Select(agent => new PendingAgent(
                agent.Id, agent.Info.Hostname, state.Allocator.WhyNot(frameworkId, role, agent.Id, now, wanted)))]
            : null;
}
