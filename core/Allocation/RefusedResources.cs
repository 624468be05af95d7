using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>
/// Everyone who refused the same resources of one agent, as a set of them. What is refused is mostly the whole agent, so one comparison of
/// resources serves all of a thousand frameworks; who refused for good costs one bit.
/// </summary>
internal sealed class RefusedResources(ResourceBag resources) : ClientSet
{
    private static readonly long ForGood = DateTimeOffset.MaxValue.UtcTicks;

    private PriorityQueue<int, long>? _ends;
    private long _nextEnd = long.MaxValue;

    public ResourceBag Resources { get; private set; } = resources;

    /// <summary>Nobody refuses them any more.</summary>
    public bool IsOver => _ends is null or { Count: 0 } && IsEmpty;

    /// <summary>Keeps the bag that was offered last: it mostly comes again, and is then known by its reference.</summary>
    public bool IsOf(ResourceBag resources)
    {
        if (ReferenceEquals(Resources, resources))
            return true;
        if (Resources.Count != resources.Count || !Resources.Equals(resources))
            return false;
        Resources = resources;
        return true;
    }

    /// <summary>Of two refusals the one that lasts longer counts.</summary>
    public void Add(int client, long untilTicks)
    {
        var isMember = this[client];
        Add(client);
        if (untilTicks >= ForGood)
        {
            // An end that was known before is passed over when it comes.
            _ends?.Remove(client, out _, out _);
            return;
        }

        _ends ??= new PriorityQueue<int, long>();

        if (isMember)
        {
            if (!_ends.Remove(client, out _, out var known))
                return;
            untilTicks = Math.Max(untilTicks, known);
        }

        _ends.Enqueue(client, untilTicks);
        _nextEnd = Math.Min(_nextEnd, untilTicks);
    }

    public void Forget(int client)
    {
        Remove(client);
        _ends?.Remove(client, out _, out _);
    }

    public void ForgetAll(ClientSet clients)
    {
        if (!Overlaps(clients))
            return;
        RemoveAll(clients);
        if (_ends is null or { Count: 0 })
            return;
        var kept = _ends.UnorderedItems.Where(end => !clients[end.Element]).ToList();
        _ends.Clear();
        _ends.EnqueueRange(kept);
    }

    /// <summary>Lets go those whose time is up; costs nothing while none is. True when there were such.</summary>
    public bool Expire(long nowTicks)
    {
        if (nowTicks < _nextEnd || _ends is null)
            return false;
        while (_ends.TryPeek(out var client, out var until) && until <= nowTicks)
        {
            _ends.Dequeue();
            Remove(client);
        }

        _nextEnd = _ends.TryPeek(out _, out var next) ? next : long.MaxValue;
        return true;
    }

    /// <summary>Until when one of them wants none of this.</summary>
    public DateTimeOffset Until(int client)
    {
        foreach (var (member, until) in _ends?.UnorderedItems.AsEnumerable() ?? [])
        {
            if (member == client)
                return new DateTimeOffset(until, TimeSpan.Zero);
        }

        return DateTimeOffset.MaxValue;
    }
}
