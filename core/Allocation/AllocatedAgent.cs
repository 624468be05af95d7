using System.Runtime.InteropServices;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>One agent: what it has, who holds what of it, and who refused what.</summary>
internal sealed class AllocatedAgent(string id, ResourceBag total)
{
    private readonly List<(ShareClient Client, ResourceBag Resources)> _holdings = [];
    private readonly List<RefusedResources> _refusals = [];
    private bool _isOvercommitted;
    private ResourceBag? _summed;
    private long[] _sums = [];

    public string Id { get; } = id;

    public ResourceBag Total { get; private set; } = total;

    public ResourceBag Free { get; private set; } = total;

    public bool IsActive { get; set; } = true;

    public IReadOnlyList<(ShareClient Client, ResourceBag Resources)> Holdings => _holdings;

    /// <summary>The scalars of a bag; the bag that was given is mostly the one that comes back.</summary>
    public long[] Sums(ResourceBag resources, ResourceNames names)
    {
        if (!ReferenceEquals(resources, _summed))
            (_sums, _summed) = (names.Sums(resources), resources);
        return _sums;
    }

    public void SetTotal(ResourceBag total)
    {
        Total = total;
        CountFree();
    }

    public void Give(ShareClient client, ResourceBag resources)
    {
        var place = PlaceOf(client);
        if (place < 0)
        {
            _holdings.Add((client, resources));
            client.Holdings++;
        }
        else
        {
            _holdings[place] = (client, _holdings[place].Resources.Add(resources));
        }

        if (!_isOvercommitted && Free.Contains(resources))
            Free = Free.Subtract(resources);
        else
            CountFree();
    }

    /// <exception cref="InvalidOperationException">The client holds less.</exception>
    public void Recover(ShareClient client, ResourceBag resources)
    {
        var place = PlaceOf(client);
        if (place < 0 || !_holdings[place].Resources.Contains(resources))
        {
            throw new InvalidOperationException(
                $"framework {client.FrameworkId} holds {(place < 0 ? "nothing" : _holdings[place].Resources)} of agent {Id} for role {client.Role}; {resources} cannot come back");
        }

        var rest = _holdings[place].Resources.Subtract(resources);
        if (rest.IsEmpty)
        {
            _holdings.RemoveAt(place);
            client.Holdings--;
        }
        else
        {
            _holdings[place] = (client, rest);
        }

        if (_isOvercommitted)
            CountFree();
        else
            Free = Free.Add(resources);
    }

    public ResourceBag HeldBy(ShareClient client) => PlaceOf(client) is >= 0 and var place ? _holdings[place].Resources : ResourceBag.Empty;

    public void Refuse(int client, ResourceBag resources, long untilTicks)
    {
        foreach (var refused in _refusals)
        {
            if (refused.Resources.Equals(resources))
            {
                refused.Add(client, untilTicks);
                return;
            }
        }

        var first = new RefusedResources(resources);
        first.Add(client, untilTicks);
        _refusals.Add(first);
    }

    public void ForgetRefusals(int client)
    {
        foreach (var refused in _refusals)
            refused.Remove(client);
        _refusals.RemoveAll(static refused => refused.IsEmpty);
    }

    /// <summary>Takes from the candidates those who have refused all that is free here.</summary>
    public void Hide(ClientSet candidates, long nowTicks)
    {
        var ended = false;
        foreach (var refused in CollectionsMarshal.AsSpan(_refusals))
        {
            refused.Expire(nowTicks);
            ended |= refused.IsEmpty;
            if (refused.Resources.Contains(Free))
                candidates.RemoveAll(refused.Clients);
        }

        if (ended)
            _refusals.RemoveAll(static refused => refused.IsEmpty);
    }

    public bool IsRefused(int client, ResourceBag resources)
    {
        foreach (var refused in CollectionsMarshal.AsSpan(_refusals))
        {
            if (refused.Clients[client] && refused.Resources.Contains(resources))
                return true;
        }

        return false;
    }

    private int PlaceOf(ShareClient client)
    {
        for (var place = 0; place < _holdings.Count; place++)
        {
            if (ReferenceEquals(_holdings[place].Client, client))
                return place;
        }

        return -1;
    }

    // An agent may come back with less than its tasks hold; then nothing of those kinds is free until enough has ended.
    private void CountFree()
    {
        var free = Total;
        _isOvercommitted = false;
        foreach (var (_, resources) in _holdings)
        {
            _isOvercommitted |= !free.Contains(resources);
            free = free.SubtractToEmpty(resources);
        }

        Free = free;
    }
}
