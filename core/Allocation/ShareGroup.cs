namespace DataPlatform.Core.Allocation;

/// <summary>
/// A role, or the frameworks directly in it, with its members in the order in which they are served. The order is an
/// array of small numbers beside the keys they stand for, so that thousands of members are found and moved within the cache.
/// </summary>
internal sealed class ShareGroup(string path) : ShareNode(path)
{
    private const int NoClient = -1;

    private readonly record struct Key(double Share, long Given);

    private ShareNode[] _members = [];
    private Key[] _keys = [];
    private int[] _clientIndexes = [];
    private int[] _order = [];
    private int _count;

    // The place of the member that was found first: mostly the next one to move, as it is given something.
    private int _found;

    public ClientSet Clients { get; } = new();

    /// <summary>The order is stale until <see cref="MeasureAll"/>.</summary>
    public void Add(ShareNode member)
    {
        if (_count == _members.Length)
            Resize(Math.Max(4, _count * 2));
        member.Parent = this;
        member.Slot = _count;
        _members[_count] = member;
        _clientIndexes[_count] = member is ShareClient client ? client.Index : NoClient;
        _keys[_count] = new Key(member.Share, member.Given);
        _order[_count] = _count;
        _count++;
    }

    /// <summary>Keeps the others in order.</summary>
    public void Remove(ShareNode member)
    {
        var place = Array.IndexOf(_order, member.Slot, 0, _count);
        Array.Copy(_order, place + 1, _order, place, _count - place - 1);
        _count--;
        if (member.Slot != _count)
        {
            _order[Array.IndexOf(_order, _count, 0, _count)] = member.Slot;
            (_members[member.Slot], _keys[member.Slot], _clientIndexes[member.Slot]) = (_members[_count], _keys[_count], _clientIndexes[_count]);
            _members[member.Slot].Slot = member.Slot;
        }

        _members[_count] = null!;
        member.Parent = null;
    }

    /// <summary>Puts the member that was added last where it belongs; the others stand in order.</summary>
    public void Place(ShareNode member)
    {
        var slot = member.Slot;
        var place = Find(0, _count - 1, slot);
        Array.Copy(_order, place, _order, place + 1, _count - 1 - place);
        _order[place] = slot;
    }

    public void Reindex(ShareClient client) => _clientIndexes[client.Slot] = client.Index;

    /// <summary>Moves a member whose share has changed to where it belongs now; the others stand in order.</summary>
    public void Replace(ShareNode member)
    {
        var slot = member.Slot;
        var key = new Key(member.Share, member.Given);
        if (key == _keys[slot])
            return;
        var old = _found < _count && _order[_found] == slot ? _found : Find(0, _count, slot);
        _keys[slot] = key;
        if (old + 1 < _count && Compare(_order[old + 1], slot) < 0)
        {
            var place = Find(old + 1, _count, slot) - 1;
            Array.Copy(_order, old + 1, _order, old, place - old);
            _order[place] = slot;
        }
        else if (old > 0 && Compare(slot, _order[old - 1]) < 0)
        {
            var place = Find(0, old, slot);
            Array.Copy(_order, place, _order, place + 1, old - place);
            _order[place] = slot;
        }
    }

    public void MeasureAll(long[] total)
    {
        for (var slot = 0; slot < _count; slot++)
        {
            var member = _members[slot];
            member.Measure(total);
            _keys[slot] = new Key(member.Share, member.Given);
            if (member is ShareGroup group)
                group.MeasureAll(total);
        }

        _order.AsSpan(0, _count).Sort(Compare);
    }

    /// <summary>The first client in the order of fairness, level by level, that is among the candidates.</summary>
    public ShareClient? First(ClientSet candidates)
    {
        for (var place = 0; place < _count; place++)
        {
            var slot = _order[place];
            var client = _clientIndexes[slot];
            if (client != NoClient)
            {
                if (!candidates[client])
                    continue;
                _found = place;
                return (ShareClient)_members[slot];
            }

            if (_members[slot] is ShareGroup group && group.Clients.Overlaps(candidates) && group.First(candidates) is { } found)
            {
                _found = place;
                return found;
            }
        }

        return null;
    }

    // The first place in [low, high) whose member does not come before the slot's.
    private int Find(int low, int high, int slot)
    {
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (Compare(_order[middle], slot) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private int Compare(int left, int right)
    {
        ref readonly var a = ref _keys[left];
        ref readonly var b = ref _keys[right];
        if (a.Share != b.Share)
            return a.Share < b.Share ? -1 : 1;
        if (a.Given != b.Given)
            return a.Given < b.Given ? -1 : 1;
        return left == right ? 0 : string.CompareOrdinal(_members[left].Path, _members[right].Path);
    }

    private void Resize(int length)
    {
        Array.Resize(ref _members, length);
        Array.Resize(ref _keys, length);
        Array.Resize(ref _clientIndexes, length);
        Array.Resize(ref _order, length);
    }
}
