using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>
/// Things as they would be, for as long as the answer is held: every question in between is answered by the rules themselves.
/// Suppositions end in the reverse order of their beginning, and leave no trace.
/// </summary>
public sealed partial class Allocator
{
    /// <summary>Those who hold these have given them back. What is not held there is passed over.</summary>
    public IDisposable SupposeGivenBack(IEnumerable<OfferedResources> resources)
    {
        var back = new Stack<(AllocatedAgent Agent, ShareClient Client, ResourceBag Resources)>();
        foreach (var each in resources)
        {
            if (each.Resources.IsEmpty || !_agents.TryGetValue(each.AgentId, out var agent) || Client(each.FrameworkId, each.Role) is not { } client
                || !agent.HeldBy(client).Contains(each.Resources))
                continue;
            Recover(agent, client, each.Resources);
            back.Push((agent, client, each.Resources));
        }

        return new Supposition(() =>
        {
            while (back.TryPop(out var held))
                Give(held.Agent, held.Client, held.Resources, given: 0);
        });
    }

    /// <summary>
    /// Of what is free on the agent nothing is reserved to the role any more. What is a volume, and what the agent itself reserves, stays so.
    /// </summary>
    /// <exception cref="KeyNotFoundException">The agent is unknown.</exception>
    public IDisposable SupposeUnreserved(string agentId, string role)
    {
        var agent = Agent(agentId);
        var before = agent.Total;
        var reserved = agent.Free.Where(entry => entry.Kind.MayBeUnreservedBy(role));
        SetTotal(agent, before.Subtract(reserved).Add(ResourceBag.Of(reserved.Select(static entry => entry with { Kind = entry.Kind.Unreserved() }))));
        return new Supposition(() => SetTotal(agent, before));
    }

    // The pool as a whole has what it had: nobody's share is another.
    private void SetTotal(AllocatedAgent agent, ResourceBag total)
    {
        if (agent.Total.Equals(total))
            return;
        _quotas.ConsumeReserved(agent.Total, -1);
        agent.SetTotal(_alike.Of(total));
        _quotas.ConsumeReserved(total, 1);
        CountFree(agent);
    }

    /// <summary>The agent takes new tasks.</summary>
    /// <exception cref="KeyNotFoundException">The agent is unknown.</exception>
    public IDisposable SupposeActive(string agentId)
    {
        var before = Agent(agentId).IsActive;
        SetAgentActive(agentId, true);
        return new Supposition(() => SetAgentActive(agentId, before));
    }

    /// <summary>The role has another quota.</summary>
    /// <exception cref="ArgumentException">A guarantee is above its limit.</exception>
    public IDisposable SupposeQuota(string role, Quota quota)
    {
        var before = QuotaOf(role);
        SetQuota(role, quota);
        return new Supposition(() => SetQuota(role, before));
    }

    /// <summary>
    /// The limits of the role and of those above it that leave too little for so much, each with what it must at least be; nothing when
    /// they leave enough.
    /// </summary>
    public IReadOnlyList<(string Role, string Resource, ResourceAmount Limit, ResourceAmount Needed)> LimitsToRaise(string role, ResourceQuantities wanted)
    {
        var raised = new List<(string, string, ResourceAmount, ResourceAmount)>();
        for (var node = _quotas.At(role); node is { Role: not "" }; node = node.Parent)
        {
            foreach (var (name, amount) in wanted.Where(each => node.Quota.Limits.Lists(each.Key)))
            {
                var index = Names.IndexOf(name);
                if (node.LeftOfLimit(index) is var left && left < amount.Thousandths)
                {
                    raised.Add((node.Role, name, ResourceAmount.FromThousandths(node.Limits[index]),
                        ResourceAmount.FromThousandths(node.Limits[index] + amount.Thousandths - left)));
                }
            }
        }

        return raised;
    }

    private sealed class Supposition(Action end) : IDisposable
    {
        private Action? end = end;

        public void Dispose() => Interlocked.Exchange(ref end, null)?.Invoke();
    }
}
