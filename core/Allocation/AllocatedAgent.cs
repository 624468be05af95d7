using System.Runtime.InteropServices;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>One agent: what it has, who holds what of it, and who refused what.</summary>
internal sealed class AllocatedAgent
{
    /// <summary>Of one client: a framework for one of its roles.</summary>
    public const int MostRefusals = 16;

    private readonly List<(ShareClient Client, ResourceBag Resources)> _holdings = [];
    private readonly List<RefusedResources> _refusals = [];
    private bool _isOvercommitted;
    private bool _hasShared;
    private bool _hasLent;
    private ResourceBag? _summed;
    private BagSums _sums;
    private FreeParts? _parts;
    private FreeParts? _partsOfTotal;
    private ResourceBag? _measured;
    private bool _hasLeast;

    public AllocatedAgent(string id, ResourceBag total, AgentTraits traits)
    {
        (Id, Traits) = (id, traits);
        SetTotal(total);
    }

    public string Id { get; }

    public AgentTraits Traits { get; set; }

    public ResourceBag Total { get; private set; } = ResourceBag.Empty;

    /// <summary>Held by nobody; shared volumes are free however many hold them.</summary>
    public ResourceBag Free { get; private set; } = ResourceBag.Empty;

    public bool IsActive { get; set; } = true;

    /// <summary>No reservations, nothing shared or revocable: everyone may be offered all of it.</summary>
    public bool IsPlain { get; private set; }

    public bool HasGpus { get; private set; }

    /// <summary>Of another region than the master's.</summary>
    public bool IsRemote { get; set; }

    /// <summary>Clients whose constraints it does not meet.</summary>
    public ClientSet Barred { get; } = new();

    /// <summary>What of its free resources stands in the pool's sum.</summary>
    public long[] CountedFree { get; set; } = [];

    public IReadOnlyList<(ShareClient Client, ResourceBag Resources)> Holdings => _holdings;

    /// <summary>More is held than there is; what is free is then no simple difference.</summary>
    public bool IsOvercommitted => _isOvercommitted;

    /// <summary>The parts of what is free; those of an agent on which nothing is held are kept.</summary>
    public FreeParts Parts
    {
        get
        {
            if (ReferenceEquals(Free, Total))
                return _partsOfTotal ??= new FreeParts(Total);
            if (_parts is null || !ReferenceEquals(_parts.Free, Free))
                _parts = new FreeParts(Free);
            return _parts;
        }
    }

    /// <summary>The scalars of a bag; the bag that was given is mostly the one that comes back.</summary>
    public BagSums Sums(ResourceBag resources, ResourceNames names)
    {
        if (!ReferenceEquals(resources, _summed))
            (_sums, _summed) = (names.Sums(resources), resources);
        return _sums;
    }

    /// <summary>Whether what is free is worth an offer; what is free is mostly the bag that was asked about before.</summary>
    public bool HasLeast(LeastAmounts least)
    {
        if (!ReferenceEquals(Free, _measured))
            (_measured, _hasLeast) = (Free, least.AreIn(Free));
        return _hasLeast;
    }

    /// <summary>Of a scalar, in whose stead its owner may come at any time.</summary>
    public ResourceAmount LentOf(string name)
    {
        var lent = ResourceAmount.Zero;
        if (!_hasLent)
            return lent;
        foreach (var (_, resources) in _holdings)
            lent += resources.Where(IsLent).Amount(name);
        return lent;
    }

    /// <summary>Lets go refusals whose time is up.</summary>
    public void Expire(long nowTicks)
    {
        foreach (var refused in _refusals)
            refused.Expire(nowTicks);
    }

    public void SetTotal(ResourceBag total)
    {
        Total = total;
        _partsOfTotal = null;
        IsPlain = true;
        (HasGpus, _hasShared) = (false, false);
        foreach (var entry in total.Entries)
        {
            IsPlain &= ResourceNames.IsPlain(entry.Kind) && !entry.Kind.IsShared;
            HasGpus |= entry.Kind.Name == "gpus";
            _hasShared |= entry.Kind.IsShared;
        }

        CountFree();
    }

    /// <summary>Tells what is counted from now on: a shared volume once for each client, however often it is held.</summary>
    public ResourceBag Give(ShareClient client, ResourceBag resources)
    {
        var place = PlaceOf(client);
        var counted = Unshared(resources, place);
        foreach (var entry in resources.Entries)
            _hasLent |= entry.Kind.IsRevocable && IsLent(entry);
        if (place < 0)
        {
            _holdings.Add((client, resources));
            client.Holdings++;
        }
        else
        {
            _holdings[place] = (client, _holdings[place].Resources.Add(resources));
        }

        var taken = Exclusive(resources);
        if (ReferenceEquals(Free, _partsOfTotal?.Free) && ReferenceEquals(taken, _partsOfTotal.ForAll))
            (_parts, Free) = (_partsOfTotal.WithoutForAll, _partsOfTotal.WithoutForAll.Free);
        else if (!_isOvercommitted && Free.Contains(taken))
            Free = Free.Subtract(taken);
        else
            CountFree();
        return counted;
    }

    /// <summary>Tells what is no longer counted.</summary>
    /// <exception cref="InvalidOperationException">The client holds less.</exception>
    public ResourceBag Recover(ShareClient client, ResourceBag resources)
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

        // The very same bag, so that what was found out about it is found again by its reference.
        if (_holdings.Count == 0)
            (Free, _isOvercommitted) = (Total, false);
        else if (_isOvercommitted)
            CountFree();
        else
            Free = Free.Add(Exclusive(resources));
        return Unshared(resources, PlaceOf(client));
    }

    public ResourceBag HeldBy(ShareClient client) => PlaceOf(client) is >= 0 and var place ? _holdings[place].Resources : ResourceBag.Empty;

    /// <summary>
    /// Of more than <see cref="MostRefusals"/> different refusals of one client the one that ends first goes: what it refused comes
    /// to be offered again, and no client makes the agent remember, or compare, without end.
    /// </summary>
    public void Refuse(int client, ResourceBag resources, long untilTicks)
    {
        var same = default(RefusedResources);
        var others = 0;
        foreach (var refused in CollectionsMarshal.AsSpan(_refusals))
        {
            if (refused.IsOf(resources))
                same = refused;
            else if (refused.Clients[client])
                others++;
        }

        if (others >= MostRefusals)
            ForgetSoonest(client, resources);
        if (same is null)
            _refusals.Add(same = new RefusedResources(resources));
        same.Add(client, untilTicks);
    }

    private void ForgetSoonest(int client, ResourceBag kept)
    {
        var soonest = _refusals.Where(refused => refused.Clients[client] && !refused.Resources.Equals(kept)).MinBy(refused => refused.Until(client))!;
        soonest.Remove(client);
        if (soonest.IsEmpty)
            _refusals.Remove(soonest);
    }

    public void ForgetRefusals(ClientSet clients)
    {
        Barred.RemoveAll(clients);
        foreach (var refused in _refusals)
            refused.RemoveAll(clients);
        _refusals.RemoveAll(static refused => refused.IsEmpty);
    }

    /// <summary>Takes from the candidates those who have refused all that is free here.</summary>
    public void Hide(ClientSet candidates, long nowTicks)
    {
        var ended = false;
        foreach (var refused in CollectionsMarshal.AsSpan(_refusals))
        {
            ended |= refused.Expire(nowTicks) && refused.IsEmpty;
            if (refused.Resources.Contains(Free))
                candidates.RemoveAll(refused.Clients);
        }

        if (ended)
            _refusals.RemoveAll(static refused => refused.IsEmpty);
    }

    /// <summary>Takes from the candidates those who can get no more than what is for everyone and have refused that.</summary>
    /// <param name="entitled">Who can get more.</param>
    public void HideForAll(ClientSet candidates, ResourceBag forAll, ClientSet entitled)
    {
        foreach (var refused in CollectionsMarshal.AsSpan(_refusals))
        {
            if (refused.Resources.Contains(forAll))
                candidates.RemoveAllBut(refused.Clients, entitled);
        }
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

    /// <summary>Until when the client wants nothing within these resources; null when it did not refuse them.</summary>
    public DateTimeOffset? RefusedUntil(int client, ResourceBag resources, long nowTicks)
    {
        DateTimeOffset? until = null;
        foreach (var refused in _refusals)
        {
            if (refused.Clients[client] && refused.Resources.Contains(resources) && refused.Until(client) is var end && end.UtcTicks > nowTicks)
                until = until > end ? until : end;
        }

        return until;
    }

    /// <summary>What is no longer free when it is held: shared volumes and what is lent stay so.</summary>
    private ResourceBag Exclusive(ResourceBag resources) =>
        _hasShared || _hasLent ? resources.Where(entry => !entry.Kind.IsShared && !IsLent(entry)) : resources;

    /// <summary>Revocable resources that the agent did not bring itself.</summary>
    private bool IsLent(ResourceEntry entry) => entry.Kind.IsRevocable && Total.Find(entry.Kind) is null;

    private ResourceBag Unshared(ResourceBag resources, int place) => _hasShared && place >= 0
        ? WithoutShared(resources, _holdings[place].Resources)
        : resources;

    private static ResourceBag WithoutShared(ResourceBag resources, ResourceBag held) =>
        resources.Where(entry => !entry.Kind.IsShared || held.Find(entry.Kind) is null);

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
            var taken = Exclusive(resources);
            _isOvercommitted |= !free.Contains(taken);
            free = free.SubtractToEmpty(taken);
        }

        Free = free;
    }
}
