using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

public sealed partial class Allocator
{
    /// <summary>What can be taken back within a task's grace period. A disk's contents can't.</summary>
    private static readonly ResourceKind[] Lent =
        [new("cpus", revocable: true), new("gpus", revocable: true), new("mem", revocable: true)];

    private readonly ClientSet _takingRevocable = new();

    /// <summary>
    /// Who gives back what on an agent so that at least so much is free again: whoever has the lowest priority first,
    /// among equals whoever has the largest share, the last ties by id. Nobody gives back more than is missing, but in the
    /// pieces that tasks are.
    /// </summary>
    /// <param name="missing">What those to whom it belongs need beyond what is free.</param>
    public IReadOnlyList<OfferedResources> WhoGivesBack(string agentId, ResourceQuantities missing)
    {
        _shares.Refresh();
        var agent = Agent(agentId);
        var given = new List<OfferedResources>();
        var order = agent.Holdings.Where(holding => holding.Resources.Any(entry => entry.Kind.IsRevocable))
            .OrderBy(holding => holding.Client.Traits.Priority).ThenByDescending(holding => holding.Client.Share)
            .ThenBy(holding => holding.Client.FrameworkId, StringComparer.Ordinal).ThenBy(holding => holding.Client.Role, StringComparer.Ordinal);
        foreach (var (client, held) in order)
        {
            var back = held.Where(entry => entry.Kind.IsRevocable && !missing[entry.Kind.Name].IsZero);
            back = ResourceBag.Of(back.Select(entry => entry.Value is ResourceValue.Scalar scalar
                ? entry with { Value = new ResourceValue.Scalar(ResourceAmount.Min(scalar.Amount, missing[entry.Kind.Name])) }
                : entry));
            if (back.IsEmpty)
                continue;
            given.Add(new OfferedResources(client.FrameworkId, client.Role, agentId, back));
            missing = ResourceQuantities.Of(missing.Select(amount =>
                KeyValuePair.Create(amount.Key, ResourceAmount.SubtractToZero(amount.Value, back.Amount(amount.Key)))));
        }

        return given;
    }

    /// <summary>
    /// What stays free after everyone was served, reserved or kept for a guarantee, is lent: offered as revocable, while it
    /// stays free for those to whom it belongs.
    /// </summary>
    private void Lend(AllocatedAgent agent, AllocationRound round)
    {
        if (!agent.IsActive || !_takingRevocable.Overlaps(_wanting))
            return;
        var idle = Idle(agent);
        if (!MayBeWorthOffering(idle))
            return;
        _candidates.CopyFrom(_wanting);
        _candidates.KeepOnly(_takingRevocable);
        agent.HideBarred(_candidates);
        if (agent.HasGpus && _settings.FilterGpuResources)
            _candidates.KeepOnly(_takingGpus);
        if (agent.IsRemote)
            _candidates.KeepOnly(_takingOtherRegions);
        agent.Expire(round.Now.UtcTicks);
        while (_shares.First(_candidates) is { } client)
        {
            _candidates.Remove(client.Index);
            if (!IsWorthOffering(client, idle) || agent.IsRefused(client.Index, idle))
                continue;
            Give(agent, client, idle, given: 1);
            _made.Add((agent, client, idle));
            return;
        }
    }

    private static ResourceBag Idle(AllocatedAgent agent)
    {
        var entries = new List<ResourceEntry>(Lent.Length);
        foreach (var kind in Lent)
        {
            var idle = ResourceAmount.SubtractToZero(agent.Free.Amount(kind.Name), agent.LentOf(kind.Name));
            entries.Add(new ResourceEntry(kind, new ResourceValue.Scalar(idle)));
        }

        return ResourceBag.Of(entries);
    }
}
