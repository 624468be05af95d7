using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>
/// The roles that have quotas, each below the nearest other one. Kept up to date with every change, so that a round
/// neither counts agents nor adds roles up.
/// </summary>
internal sealed class QuotaTree
{
    private readonly SortedDictionary<string, QuotaNode> _nodes = new(StringComparer.Ordinal);
    private QuotaNode _root = new("", Quota.None);
    private long[] _free = [];

    public ResourceNames Names { get; } = new();

    public IReadOnlyCollection<QuotaNode> Nodes => _nodes.Values;

    public bool HasGuarantees { get; private set; }

    public Quota Of(string role) => _nodes.TryGetValue(role, out var node) ? node.Quota : Quota.None;

    /// <summary>Builds the tree anew: nothing is consumed and nothing free until it is counted again.</summary>
    public void Set(string role, Quota quota)
    {
        var quotas = _nodes.Values.ToDictionary(node => node.Role, node => node.Quota);
        quotas[role] = quota;
        _nodes.Clear();
        _root = new QuotaNode("", Quota.None);
        _free = [];
        foreach (var name in quotas.Values.SelectMany(each => each.Guarantees.Names.Concat(each.Limits.Names)))
            Names.IndexOf(name);
        _root.Grow(Names.Count);
        // Ordinal order brings a role before those below it.
        foreach (var (path, each) in quotas.Where(pair => !pair.Value.IsNone).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var node = new QuotaNode(path, each) { Parent = At(path) ?? _root };
            _nodes[path] = node;
        }

        foreach (var node in _nodes.Values)
            node.Grow(Names.Count);
        foreach (var node in _nodes.Values)
            node.Read(Names);
        HasGuarantees = _nodes.Values.Any(node => !node.Quota.Guarantees.IsEmpty);
    }

    /// <summary>The nearest quota at the role or above it.</summary>
    public QuotaNode? At(string role)
    {
        if (_nodes.Count == 0)
            return null;
        for (var path = role; ; path = path[..path.LastIndexOf('/')])
        {
            if (_nodes.TryGetValue(path, out var node))
                return node;
            if (!path.Contains('/'))
                return null;
        }
    }

    public void Consume(QuotaNode? nearest, long[] sums, int sign)
    {
        for (var node = nearest; node is not null && node != _root; node = node.Parent)
        {
            if (node.Consumed.Length < sums.Length)
                Grow();
            node.Count(sums, sign);
        }
    }

    /// <summary>All reservations of an agent count, whether anyone holds them or not.</summary>
    public void ConsumeReserved(ResourceBag total, int sign)
    {
        if (_nodes.Count == 0)
            return;
        foreach (var entry in total.Entries)
        {
            if (entry.Kind.IsReserved && entry.Value is ResourceValue.Scalar && At(entry.Kind.ReservedTo) is { } node)
                Consume(node, Names.Sums(ResourceBag.Of(entry)).All, sign);
        }
    }

    /// <summary>What is free and neither reserved nor revocable over all active agents.</summary>
    public void ChangeFree(long[] sums, int sign)
    {
        if (_free.Length < sums.Length)
            Array.Resize(ref _free, sums.Length);
        for (var index = 0; index < sums.Length; index++)
            _free[index] += sign * sums[index];
    }

    /// <summary>What may be given to anyone without touching what open guarantees will need.</summary>
    public long Headroom(int index)
    {
        var need = index < _root.NeedBelow.Length ? _root.NeedBelow[index] : 0;
        return need == 0 ? long.MaxValue : (index < _free.Length ? _free[index] : 0) - need;
    }

    /// <summary>What the limits of a role and of all above it leave.</summary>
    public static long LeftOfLimits(QuotaNode? nearest, int index, out QuotaNode? tightest)
    {
        var left = long.MaxValue;
        tightest = null;
        for (var node = nearest; node is not null; node = node.Parent)
        {
            if (node.LeftOfLimit(index) is var here && here < left)
                (left, tightest) = (here, node);
        }

        return left;
    }

    /// <summary>What guarantees of a role or of one above it still give to it; null when none names the resource.</summary>
    public static long? OpenGuarantee(QuotaNode? nearest, int index)
    {
        long? open = null;
        QuotaNode? branch = null;
        for (var node = nearest; node is not null; node = node.Parent)
        {
            if (index < node.Guarantees.Length && node.Guarantees[index] > 0)
                open = Math.Max(open ?? 0, node.OpenFor(index, branch));
            branch = node;
        }

        return open;
    }

    private void Grow()
    {
        _root.Grow(Names.Count);
        foreach (var node in _nodes.Values)
            node.Grow(Names.Count);
    }
}
