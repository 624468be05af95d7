using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>
/// Everyone who refused the same resources of one agent. What is refused is mostly the whole agent, so one comparison of
/// resources serves all of a thousand frameworks.
/// </summary>
internal sealed class RefusedResources(ResourceBag resources)
{
    private readonly Dictionary<int, long> _untilTicks = [];
    private long _nextEnd = long.MaxValue;

    public ResourceBag Resources { get; } = resources;

    public ClientSet Clients { get; } = new();

    public bool IsEmpty => _untilTicks.Count == 0;

    public void Add(int client, long untilTicks)
    {
        if (_untilTicks.TryGetValue(client, out var known) && known >= untilTicks)
            return;
        _untilTicks[client] = untilTicks;
        Clients.Add(client);
        _nextEnd = Math.Min(_nextEnd, untilTicks);
    }

    public void Remove(int client)
    {
        if (_untilTicks.Remove(client))
            Clients.Remove(client);
    }

    /// <summary>Lets go those whose time is up; costs nothing while none is.</summary>
    public void Expire(long nowTicks)
    {
        if (nowTicks < _nextEnd)
            return;
        _nextEnd = long.MaxValue;
        foreach (var (client, until) in _untilTicks)
        {
            if (until <= nowTicks)
            {
                _untilTicks.Remove(client);
                Clients.Remove(client);
            }
            else
            {
                _nextEnd = Math.Min(_nextEnd, until);
            }
        }
    }
}
