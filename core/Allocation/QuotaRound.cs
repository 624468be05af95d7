using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>
/// Quotas while offers are made. Guarantees are met first; after that an offer takes nothing of what the guarantees that
/// are still open will need (the headroom); limits hold always.
/// </summary>
internal sealed class QuotaRound
{
    private readonly List<ShareGroup> _roles;
    private readonly ResourceNames _names;
    private readonly long[] _free;

    public QuotaRound(List<ShareGroup> roles, ResourceNames names, IEnumerable<AllocatedAgent> agents)
    {
        _roles = roles;
        _names = names;
        foreach (var name in roles.SelectMany(role => role.Quota.Guarantees.Names.Concat(role.Quota.Limits.Names)))
            names.IndexOf(name);
        HasGuarantees = roles.Exists(role => !role.Quota.Guarantees.IsEmpty);
        _free = HasGuarantees ? SumFree(names, agents) : [];
    }

    public bool HasGuarantees { get; }

    public void Gave(long[] sums)
    {
        for (var index = 0; index < Math.Min(sums.Length, _free.Length); index++)
            _free[index] -= sums[index];
    }

    public ClientSet ClientsBelowGuarantee(ResourceBag free)
    {
        var clients = new ClientSet();
        foreach (var role in _roles)
        {
            if (role.Quota.Guarantees.Any(pair => Open(role, pair.Key) > 0 && !free.Amount(pair.Key).IsZero))
                clients.AddAll(role.Clients);
        }

        return clients;
    }

    /// <summary>Of each guaranteed resource what is still open, of the others what limits and other guarantees leave.</summary>
    public ResourceBag CutToGuarantee(ShareClient client, ResourceBag resources) => Cut(client, resources, name =>
    {
        long? open = null;
        for (var group = client.Parent; group is not null; group = group.Parent)
        {
            if (group.Quota.Guarantees.Lists(name))
                open = Math.Min(open ?? long.MaxValue, Open(group, name));
        }

        return open ?? Headroom(name);
    });

    public ResourceBag CutToLimitsAndHeadroom(ShareClient client, ResourceBag resources) => Cut(client, resources, Headroom);

    private static ResourceBag Cut(ShareClient client, ResourceBag resources, Func<string, long> allowedOf, ResourceNames names)
    {
        var left = new Dictionary<string, long>(StringComparer.Ordinal);
        var cut = false;
        var entries = new List<ResourceEntry>(resources.Count);
        foreach (var entry in resources)
        {
            if (entry.Value is not ResourceValue.Scalar { Amount: var amount })
            {
                entries.Add(entry);
                continue;
            }

            var name = entry.Kind.Name;
            if (!left.TryGetValue(name, out var allowed))
                allowed = Math.Min(Limit(client, name, names), allowedOf(name));
            var given = Math.Clamp(allowed, 0, amount.Thousandths);
            left[name] = allowed - given;
            cut |= given < amount.Thousandths;
            entries.Add(entry with { Value = new ResourceValue.Scalar(ResourceAmount.FromThousandths(given)) });
        }

        return cut ? ResourceBag.Of(entries) : resources;
    }

    private ResourceBag Cut(ShareClient client, ResourceBag resources, Func<string, long> allowedOf) =>
        Cut(client, resources, allowedOf, _names);

    private static long Limit(ShareClient client, string name, ResourceNames names)
    {
        var allowed = long.MaxValue;
        for (var group = client.Parent; group is not null; group = group.Parent)
        {
            if (group.Quota.Limits.Lists(name))
                allowed = Math.Min(allowed, group.Quota.Limits[name].Thousandths - Allocated(group, names.IndexOf(name)));
        }

        return allowed;
    }

    private long Headroom(string name)
    {
        var open = _roles.Sum(role => Open(role, name));
        return open == 0 ? long.MaxValue : _free[_names.IndexOf(name)] - open;
    }

    private long Open(ShareGroup role, string name) => role.Quota.Guarantees.Lists(name)
        ? Math.Max(0, role.Quota.Guarantees[name].Thousandths - Allocated(role, _names.IndexOf(name)))
        : 0;

    private static long Allocated(ShareGroup group, int index) => index < group.Allocated.Length ? group.Allocated[index] : 0;

    private static long[] SumFree(ResourceNames names, IEnumerable<AllocatedAgent> agents)
    {
        var free = new List<long>();
        foreach (var agent in agents.Where(agent => agent.IsActive))
        {
            var sums = names.Sums(agent.Free.AvailableTo(RoleName.Default));
            while (free.Count < sums.Length)
                free.Add(0);
            for (var index = 0; index < sums.Length; index++)
                free[index] += sums[index];
        }

        return [.. free, .. new long[Math.Max(0, names.Count - free.Count)]];
    }
}
