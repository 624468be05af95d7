using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>
/// Everyone who refused the same resources of one agent. What is refused is mostly the whole agent, so one comparison of
/// resources serves all of a thousand frameworks; who refused for good costs one bit.
/// </summary>
internal sealed class RefusedResources(ResourceBag resources)
{
    private static readonly long ForGood = DateTimeOffset.MaxValue.UtcTicks;

    private PriorityQueue<int, long>? _ends;
    private long _nextEnd = long.MaxValue;

    public ResourceBag Resources { get; private set; } = resources;

    public ClientSet Clients { get; } = new();

    public bool IsEmpty => _ends is null or { Count: 0 } && Clients.IsEmpty;

    /// <summary>Keeps the bag that was offered last: it mostly comes again, and is then known by its reference.</summary>
    public bool IsOf(ResourceBag resources)
    {
        if (!Resources.Equals(resources))
            return false;
        Resources = resources;
        return true;
    }

    /// <summary>Of two refusals the one that lasts longer counts.</summary>
    public void Add(int client, long untilTicks)
    {
        var isMember = Clients[client];
        Clients.Add(client);
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

    public void Remove(int client)
    {
        Clients.Remove(client);
        _ends?.Remove(client, out _, out _);
    }

    public void RemoveAll(ClientSet clients)
    {
        if (!Clients.Overlaps(clients))
            return;
        Clients.RemoveAll(clients);
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
            Clients.Remove(client);
        }

        _nextEnd = _ends.TryPeek(out _, out var next) ? next : long.MaxValue;
        return true;
    }

    /// <summary>Until when a client that is in <see cref="Clients"/> wants none of this.</summary>
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
