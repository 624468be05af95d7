using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

public sealed partial class Allocator
{
    private enum Stage
    {
        /// <summary>Only what guarantees that are still open are sure of.</summary>
        Guarantees,

        /// <summary>Everyone, as far as limits allow and open guarantees leave something.</summary>
        All,
    }

    /// <summary>What of an agent's free resources the client may be offered now.</summary>
    private ResourceBag For(ShareClient client, AllocatedAgent agent, Stage stage)
    {
        var resources = agent.IsPlain ? agent.Free
            : agent.Parts.IsForAllOnly(client.Role) ? agent.Parts.ForAll
            : EntitledTo(client, agent.Free);
        return client.Quota is null && !_quotas.HasGuarantees ? resources : Cut(client, resources, stage);
    }

    /// <summary>Mostly all of it: looked at first, as a part would have to be made.</summary>
    private static ResourceBag EntitledTo(ShareClient client, ResourceBag resources)
    {
        foreach (var entry in resources.Entries)
        {
            if (!IsFor(client, entry.Kind))
                return PartFor(client, resources);
        }

        return resources;
    }

    private static ResourceBag PartFor(ShareClient client, ResourceBag resources) => resources.Where(entry => IsFor(client, entry.Kind));

    private static bool IsFor(ShareClient client, ResourceKind kind) => kind.IsAvailableTo(client.Role)
        && (!kind.IsShared || client.Traits.TakesShared)
        && (!kind.IsRevocable || client.Traits.TakesRevocable)
        && (kind.Reservations.Length < 2 || client.Traits.TakesRefined);

    /// <summary>Reservations are not cut: they count towards the limit already, whoever holds them.</summary>
    private ResourceBag Cut(ShareClient client, ResourceBag resources, Stage stage)
    {
        Span<long> given = stackalloc long[Names.Count];
        List<ResourceEntry>? kept = null;
        var entries = resources.Entries;
        for (var place = 0; place < entries.Length; place++)
        {
            var entry = entries[place];
            var amount = entry.Value is ResourceValue.Scalar scalar && ResourceNames.IsPlain(entry.Kind) ? scalar.Amount.Thousandths : -1;
            if (amount < 0)
            {
                kept?.Add(entry);
                continue;
            }

            var index = Names.IndexOf(entry.Kind.Name);
            var left = Math.Max(0, Allowed(client, index, stage) - given[index]);
            var part = left >= amount ? amount : IsWhole(entry.Kind) ? 0 : left;
            given[index] += part;
            if (part < amount && kept is null)
                kept = [.. entries[..place]];
            if (part > 0)
                kept?.Add(part == amount ? entry : entry with { Value = new ResourceValue.Scalar(ResourceAmount.FromThousandths(part)) });
        }

        return kept is null ? resources : ResourceBag.Of(kept);
    }

    private long Allowed(ShareClient client, int index, Stage stage)
    {
        var left = QuotaTree.LeftOfLimits(client.Quota, index, out _);
        if (stage == Stage.Guarantees && QuotaTree.OpenGuarantee(client.Quota, index) is > 0 and var open)
            return Math.Min(left, open);
        return Math.Min(left, _quotas.Headroom(index));
    }

    /// <summary>A disk of its own can't be divided.</summary>
    private static bool IsWhole(ResourceKind kind) => kind.HasDisk && kind.Disk?.Source?.Type is
        Resource.Types.DiskInfo.Types.Source.Types.Type.Mount or Resource.Types.DiskInfo.Types.Source.Types.Type.Block
        or Resource.Types.DiskInfo.Types.Source.Types.Type.Raw;

    private void LookAtQuotas()
    {
        _exhausted.Clear();
        _belowGuarantee.Clear();
        foreach (var node in _quotas.Nodes)
        {
            if (_shares.Find(node.Role) is not { } group)
                continue;
            if (IsExhausted(node))
                _exhausted.AddAll(group.Clients);
            if (node.IsBelowGuarantee)
                _belowGuarantee.AddAll(group.Clients);
        }
    }

    /// <summary>What was given to a client may have been the last that its roles may have, or were still sure of.</summary>
    private void NoticeQuotas(ShareClient client)
    {
        var isMet = false;
        for (var node = client.Quota; node is not null; node = node.Parent)
        {
            if (IsExhausted(node))
                _exhausted.AddAll(_shares.Find(node.Role)!.Clients);
            isMet |= !node.Quota.Guarantees.IsEmpty && !node.IsBelowGuarantee;
        }

        if (isMet && _belowGuarantee[client.Index])
            LookAtQuotas();
    }

    private bool IsExhausted(QuotaNode node) => _choosy == 0 && !node.Quota.Limits.IsEmpty && !Least.FitLimits(node);

    private bool HasHeadroom() => _choosy > 0 || !_quotas.HasGuarantees || Least.FitHeadroom(_quotas);
}
