using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>
/// Everyone who refused the same resources of one agent. What is refused is mostly the whole agent, so one comparison of
/// resources serves all of a thousand frameworks; who refused for good costs one bit.
/// </summary>
internal sealed class RefusedResources(ResourceBag resources)
{
    private static readonly long ForGood = DateTimeOffset.MaxValue.UtcTicks;

    private readonly PriorityQueue<int, long> _ends = new();
    private long _nextEnd = long.MaxValue;

    public ResourceBag Resources { get; } = resources;

    public ClientSet Clients { get; } = new();

    public bool IsEmpty => _ends.Count == 0 && Clients.IsEmpty;

    /// <summary>Of two refusals the one that lasts longer counts.</summary>
    public void Add(int client, long untilTicks)
    {
        var isMember = Clients[client];
        Clients.Add(client);
        if (untilTicks >= ForGood)
        {
            // An end that was known before is passed over when it comes.
            _ends.Remove(client, out _, out _);
            return;
        }

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
        _ends.Remove(client, out _, out _);
    }

    public void RemoveAll(ClientSet clients)
    {
        if (!Clients.Overlaps(clients))
            return;
        Clients.RemoveAll(clients);
        if (_ends.Count == 0)
            return;
        var kept = _ends.UnorderedItems.Where(end => !clients[end.Element]).ToList();
        _ends.Clear();
        _ends.EnqueueRange(kept);
    }

    /// <summary>Lets go those whose time is up; costs nothing while none is.</summary>
    public void Expire(long nowTicks)
    {
        if (nowTicks < _nextEnd)
            return;
        while (_ends.TryPeek(out var client, out var until) && until <= nowTicks)
        {
            _ends.Dequeue();
            Clients.Remove(client);
        }

        _nextEnd = _ends.TryPeek(out _, out var next) ? next : long.MaxValue;
    }

    /// <summary>Until when a client that is in <see cref="Clients"/> wants none of this.</summary>
    public DateTimeOffset Until(int client)
    {
        foreach (var (member, until) in _ends.UnorderedItems)
        {
            if (member == client)
                return new DateTimeOffset(until, TimeSpan.Zero);
        }

        return DateTimeOffset.MaxValue;
    }
}
