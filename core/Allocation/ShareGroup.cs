namespace DataPlatform.Core.Allocation;

/// <summary>A role, or the frameworks directly in it, with its members in the order in which they are served.</summary>
internal sealed class ShareGroup(string path) : ShareNode(path)
{
    private static readonly Comparer<ShareNode> Order = Comparer<ShareNode>.Create(Compare);

    private readonly List<ShareNode> _members = [];

    public IReadOnlyList<ShareNode> Members => _members;

    public ClientSet Clients { get; } = new();

    public Quota Quota { get; set; } = Quota.None;

    public void Add(ShareNode member)
    {
        member.Parent = this;
        _members.Add(member);
    }

    public void Remove(ShareNode member)
    {
        _members.Remove(member);
        member.Parent = null;
    }

    /// <summary>Called around a change of a member's share: its place is found by the old one.</summary>
    public int PlaceOf(ShareNode member) => _members.BinarySearch(member, Order);

    /// <summary>Moves a member whose share has changed to where it belongs now; the others stand in order.</summary>
    public void Replace(int place)
    {
        var member = _members[place];
        var grows = place + 1 < _members.Count && Compare(_members[place + 1], member) < 0;
        var shrinks = !grows && place > 0 && Compare(member, _members[place - 1]) < 0;
        if (!grows && !shrinks)
            return;
        _members.RemoveAt(place);
        _members.Insert(~_members.BinarySearch(member, Order), member);
    }

    public void MeasureAll(long[] total)
    {
        foreach (var member in _members)
        {
            member.Measure(total);
            if (member is ShareGroup group)
                group.MeasureAll(total);
        }

        _members.Sort(Order);
    }

    /// <summary>The first client in the order of fairness, level by level, that is among the candidates.</summary>
    public ShareClient? First(ClientSet candidates)
    {
        foreach (var member in _members)
        {
            if (member is ShareClient client)
            {
                if (candidates[client.Index])
                    return client;
            }
            else if (member is ShareGroup group && group.Clients.Overlaps(candidates) && group.First(candidates) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
