using System.Numerics;

namespace DataPlatform.Core.Allocation;

/// <summary>
/// The roles as a tree with the frameworks as leaves. What changed finds its place again when the order is next asked for, at a binary
/// search per level; when most of it changed, or the pool's total did, everything is measured and sorted at once.
/// </summary>
internal sealed class ShareTree
{
    // Below this number of candidates, comparing them is cheaper than walking the order.
    private const int Few = 24;

    // Of so many that changed each finds its place alone; more are sorted with all others.
    private const int MostAlone = 256;

    private readonly ShareGroup _root = new("");
    private readonly Dictionary<string, ShareGroup> _roles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ShareGroup> _frameworksOf = new(StringComparer.Ordinal);
    private readonly List<ShareClient?> _clients = [];
    private readonly Stack<int> _freeIndexes = [];
    private readonly List<int> _retired = [];
    private readonly List<ShareNode> _changed = [];
    private long[] _total = [];
    private bool _isStale;

    public IEnumerable<ShareClient> Clients => _clients.OfType<ShareClient>();

    public int IndexCount => _clients.Count;

    /// <summary>Indexes whose bits must be cleared everywhere before they are used again.</summary>
    public IReadOnlyList<int> Retired => _retired;

    public ShareGroup? Find(string role) => _roles.GetValueOrDefault(role);

    public ShareGroup Role(string role)
    {
        if (_roles.TryGetValue(role, out var group))
            return group;
        var cut = role.LastIndexOf('/');
        var parent = cut < 0 ? _root : Role(role[..cut]);
        group = new ShareGroup(role);
        Add(parent, group);
        _roles[role] = group;
        return group;
    }

    public ShareClient AddClient(string frameworkId, string role)
    {
        var index = NextIndex();
        var client = new ShareClient(frameworkId, role, index);
        if (!_frameworksOf.TryGetValue(role, out var frameworks))
        {
            // The frameworks of a role stand beside the roles below it, as one of them.
            frameworks = new ShareGroup(role + "/.");
            Add(Role(role), frameworks);
            _frameworksOf[role] = frameworks;
        }

        Add(frameworks, client);
        for (ShareGroup? group = frameworks; group is not null; group = group.Parent)
        {
            group.Clients.Add(index);
            client.Depth++;
        }

        _clients[index] = client;
        return client;
    }

    /// <summary>The client holds nothing any more. Roles without clients stay: their weights and quotas do.</summary>
    public void RemoveClient(ShareClient client)
    {
        for (var group = client.Parent; group is not null; group = group.Parent)
            group.Clients.Remove(client.Index);
        client.Parent!.Remove(client);
        Retire(client.Index);
    }

    /// <summary>A new index, so that no bit set for the old one means the client any more.</summary>
    public void Renew(ShareClient client)
    {
        var index = NextIndex();
        for (var group = client.Parent; group is not null; group = group.Parent)
        {
            group.Clients.Remove(client.Index);
            group.Clients.Add(index);
        }

        Retire(client.Index);
        client.Index = index;
        _clients[index] = client;
        client.Parent!.Reindex(client);
    }

    public void ReuseRetired()
    {
        foreach (var index in _retired)
            _freeIndexes.Push(index);
        _retired.Clear();
    }

    public void ChangeTotal(long[] sums, int sign)
    {
        if (_total.Length < sums.Length)
            Array.Resize(ref _total, sums.Length);
        for (var index = 0; index < sums.Length; index++)
            _total[index] += sign * sums[index];
        _isStale = true;
    }

    public void SetWeight(string role, double weight)
    {
        Role(role).Weight = weight;
        _isStale = true;
    }

    /// <summary>Gives (sign 1) or takes back (sign -1). Only an offer counts as given: what is merely recorded does not.</summary>
    public void Change(ShareClient client, long[] sums, int sign, int given)
    {
        for (ShareNode node = client; node.Parent is { } group; node = group)
        {
            node.Change(sums, sign);
            node.Given += given;
            if (node.HasChanged)
                continue;
            node.HasChanged = true;
            _changed.Add(node);
        }
    }

    public void Refresh()
    {
        if (_isStale || _changed.Count > MostAlone)
            _root.MeasureAll(_total);
        foreach (var node in _changed)
        {
            node.HasChanged = false;
            // One that left since has no place.
            if (node.Parent is not { } group)
                continue;
            node.Measure(_total);
            group.Replace(node);
        }

        _changed.Clear();
        _isStale = false;
    }

    /// <summary>Who is to be served first among the candidates; null when there is none.</summary>
    public ShareClient? First(ClientSet candidates)
    {
        Refresh();
        var count = candidates.Count(Few);
        if (count == 0)
            return null;
        return count == Few ? _root.First(candidates) : FirstOfFew(candidates);
    }

    private ShareClient? FirstOfFew(ClientSet candidates)
    {
        ShareClient? first = null;
        var words = candidates.Words;
        for (var word = 0; word < words.Length; word++)
        {
            for (var bits = words[word]; bits != 0; bits &= bits - 1)
            {
                var client = _clients[(word << 6) + BitOperations.TrailingZeroCount(bits)]!;
                if (first is null || Compare(client, first) < 0)
                    first = client;
            }
        }

        return first;
    }

    /// <summary>By the highest level at which the two part.</summary>
    private static int Compare(ShareClient left, ShareClient right)
    {
        ShareNode a = left, b = right;
        for (var depth = left.Depth; depth > right.Depth; depth--)
            a = a.Parent!;
        for (var depth = right.Depth; depth > left.Depth; depth--)
            b = b.Parent!;
        while (a.Parent != b.Parent)
            (a, b) = (a.Parent!, b.Parent!);
        return ShareNode.Compare(a, b);
    }

    public double ShareOf(string role)
    {
        Refresh();
        return Find(role)?.Share ?? 0;
    }

    private void Add(ShareGroup group, ShareNode member)
    {
        group.Add(member);
        if (!_isStale)
            group.Place(member);
    }

    private int NextIndex()
    {
        if (_freeIndexes.TryPop(out var index))
            return index;
        _clients.Add(null);
        return _clients.Count - 1;
    }

    private void Retire(int index)
    {
        _clients[index] = null;
        _retired.Add(index);
    }
}
