using System.Diagnostics.CodeAnalysis;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>One agent: what it has, who holds what of it, and who refused what.</summary>
internal sealed class AllocatedAgent
{
    /// <summary>Of one client: a framework for one of its roles.</summary>
    public const int MostRefusals = 16;

    private ShortList<(ShareClient Client, ResourceBag Resources)> _holdings = new();
    private ShortList<RefusedResources> _refusals = new();
    private ClientSet? _barred;
    private bool _isOvercommitted;
    private bool _hasLent;
    private ResourceBag? _summed;
    private BagSums _sums;
    private FreeParts? _parts;
    private FreeParts _partsOfTotal;
    private ResourceBag? _measured;
    private bool _hasLeast;

    public AllocatedAgent(string id, FreeParts total, AgentTraits traits)
    {
        (Id, Traits) = (id, traits);
        SetTotal(total);
    }

    public string Id { get; }

    public AgentTraits Traits { get; set; }

    public ResourceBag Total => _partsOfTotal.Free;

    /// <summary>Held by nobody; shared volumes are free however many hold them.</summary>
    public ResourceBag Free { get; private set; } = ResourceBag.Empty;

    public bool IsActive { get; set; } = true;

    /// <summary>No reservations, nothing shared or revocable: everyone may be offered all of it.</summary>
    public bool IsPlain { get; private set; }

    public bool HasGpus { get; private set; }

    /// <summary>Of another region than the master's.</summary>
    public bool IsRemote { get; set; }

    /// <summary>What of it may be held more than once, and is free all the same.</summary>
    public bool HasShared { get; private set; }

    /// <summary>Its free resources that stand in the pool's sum.</summary>
    public ResourceBag CountedFree { get; set; } = ResourceBag.Empty;

    /// <summary>As they are now: a copy.</summary>
    public IReadOnlyList<(ShareClient Client, ResourceBag Resources)> Holdings => _holdings.Items.ToArray();

    /// <summary>More is held than there is; what is free is then no simple difference.</summary>
    public bool IsOvercommitted => _isOvercommitted;

    /// <summary>The parts of what is free.</summary>
    public FreeParts Parts
    {
        get
        {
            if (ReferenceEquals(Free, Total))
                return _partsOfTotal;
            if (_parts is null || !ReferenceEquals(_parts.Free, Free))
                _parts = new FreeParts(Free);
            return _parts;
        }
    }

    /// <summary>The scalars of a bag; the bag that was given is mostly the one that comes back.</summary>
    public BagSums Sums(ResourceBag resources, ResourceNames names)
    {
        if (_partsOfTotal.Sums(resources, names) is { } known)
            return known;
        if (!ReferenceEquals(resources, _summed))
            (_sums, _summed) = (names.Sums(resources), resources);
        return _sums;
    }

    /// <summary>Whether what is free is worth an offer; what is free is mostly nothing or the bag that was asked about before.</summary>
    public bool HasLeast(LeastAmounts least)
    {
        if (ReferenceEquals(Free, ResourceBag.Empty))
            return false;
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
        foreach (var (_, resources) in _holdings.Items)
            lent += resources.Where(IsLent).Amount(name);
        return lent;
    }

    /// <summary>Lets go refusals whose time is up.</summary>
    public void Expire(long nowTicks)
    {
        foreach (var refused in _refusals.Items)
            refused.Expire(nowTicks);
    }

    /// <param name="total">Of hosts that are alike the same object, see <see cref="AlikeHosts"/>.</param>
    [MemberNotNull(nameof(_partsOfTotal))]
    public void SetTotal(FreeParts total)
    {
        _partsOfTotal = total;
        IsPlain = true;
        (HasGpus, HasShared) = (false, false);
        foreach (var entry in Total.Entries)
        {
            IsPlain &= ResourceNames.IsPlain(entry.Kind) && !entry.Kind.IsShared;
            HasGpus |= entry.Kind.Name == "gpus";
            HasShared |= entry.Kind.IsShared;
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
            ref var held = ref _holdings.Items[place].Resources;
            held = held.Add(resources);
        }

        var taken = Exclusive(resources);
        if (ReferenceEquals(Free, Total) && ReferenceEquals(taken, _partsOfTotal.ForAll))
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
        if (place < 0 || !_holdings.Items[place].Resources.Contains(resources))
        {
            throw new InvalidOperationException(
                $"framework {client.FrameworkId} holds {(place < 0 ? "nothing" : _holdings.Items[place].Resources)} of agent {Id} for role {client.Role}; {resources} cannot come back");
        }

        var rest = _holdings.Items[place].Resources.Subtract(resources);
        if (rest.IsEmpty)
        {
            _holdings.RemoveAt(place);
            client.Holdings--;
        }
        else
        {
            _holdings.Items[place].Resources = rest;
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

    public ResourceBag HeldBy(ShareClient client) => PlaceOf(client) is >= 0 and var place ? _holdings.Items[place].Resources : ResourceBag.Empty;

    public bool IsBarred(int client) => _barred?[client] == true;

    /// <param name="isBarred">It does not meet the client's constraints.</param>
    public void Bar(int client, bool isBarred)
    {
        if (isBarred)
            (_barred ??= new()).Add(client);
        else
            _barred?.Remove(client);
    }

    /// <summary>
    /// Of more than <see cref="MostRefusals"/> different refusals of one client the one that ends first goes: what it refused comes
    /// to be offered again, and no client makes the agent remember, or compare, without end.
    /// </summary>
    public void Refuse(int client, ResourceBag resources, long untilTicks)
    {
        var same = default(RefusedResources);
        foreach (var refused in _refusals.Items)
        {
            if (refused.IsOf(resources))
            {
                same = refused;
                break;
            }
        }

        if (_refusals.Count >= MostRefusals && CountRefusals(client, besides: same) >= MostRefusals)
            ForgetSoonest(client, resources);
        if (same is null)
            _refusals.Add(same = new RefusedResources(resources));
        same.Add(client, untilTicks);
    }

    private int CountRefusals(int client, RefusedResources? besides)
    {
        var count = 0;
        foreach (var refused in _refusals.Items)
            count += refused != besides && refused[client] ? 1 : 0;
        return count;
    }

    private void ForgetSoonest(int client, ResourceBag kept)
    {
        _refusals.Items.ToArray().Where(refused => refused[client] && !refused.Resources.Equals(kept)).MinBy(refused => refused.Until(client))!.Forget(client);
        _refusals.RemoveAll(static refused => refused.IsOver);
    }

    public void ForgetRefusals(ClientSet clients)
    {
        _barred?.RemoveAll(clients);
        foreach (var refused in _refusals.Items)
            refused.ForgetAll(clients);
        _refusals.RemoveAll(static refused => refused.IsOver);
    }

    /// <summary>Takes from the candidates those who have refused all that is free here.</summary>
    public void Hide(ClientSet candidates, long nowTicks)
    {
        var ended = false;
        foreach (var refused in _refusals.Items)
        {
            ended |= refused.Expire(nowTicks) && refused.IsOver;
            if (refused.Resources.Contains(Free))
                candidates.RemoveAll(refused);
        }

        if (ended)
            _refusals.RemoveAll(static refused => refused.IsOver);
    }

    /// <summary>Takes from the candidates those whose constraints it does not meet.</summary>
    public void HideBarred(ClientSet candidates)
    {
        if (_barred is not null)
            candidates.RemoveAll(_barred);
    }

    /// <summary>Takes from the candidates those who can get no more than what is for everyone and have refused that.</summary>
    /// <param name="entitled">Who can get more.</param>
    public void HideForAll(ClientSet candidates, ResourceBag forAll, ClientSet entitled)
    {
        foreach (var refused in _refusals.Items)
        {
            if (refused.Resources.Contains(forAll))
                candidates.RemoveAllBut(refused, entitled);
        }
    }

    public bool IsRefused(int client, ResourceBag resources)
    {
        foreach (var refused in _refusals.Items)
        {
            if (refused[client] && refused.Resources.Contains(resources))
                return true;
        }

        return false;
    }

    /// <summary>Until when the client wants nothing within these resources; null when it did not refuse them.</summary>
    public DateTimeOffset? RefusedUntil(int client, ResourceBag resources, long nowTicks)
    {
        DateTimeOffset? until = null;
        foreach (var refused in _refusals.Items)
        {
            if (refused[client] && refused.Resources.Contains(resources) && refused.Until(client) is var end && end.UtcTicks > nowTicks)
                until = until > end ? until : end;
        }

        return until;
    }

    /// <summary>What is no longer free when it is held: shared volumes and what is lent stay so.</summary>
    private ResourceBag Exclusive(ResourceBag resources) =>
        HasShared || _hasLent ? resources.Where(entry => !entry.Kind.IsShared && !IsLent(entry)) : resources;

    /// <summary>Revocable resources that the agent did not bring itself.</summary>
    private bool IsLent(ResourceEntry entry) => entry.Kind.IsRevocable && Total.Find(entry.Kind) is null;

    private ResourceBag Unshared(ResourceBag resources, int place) => HasShared && place >= 0
        ? WithoutShared(resources, _holdings.Items[place].Resources)
        : resources;

    private static ResourceBag WithoutShared(ResourceBag resources, ResourceBag held) =>
        resources.Where(entry => !entry.Kind.IsShared || held.Find(entry.Kind) is null);

    private int PlaceOf(ShareClient client)
    {
        var holdings = _holdings.Items;
        for (var place = 0; place < holdings.Length; place++)
        {
            if (ReferenceEquals(holdings[place].Client, client))
                return place;
        }

        return -1;
    }

    // An agent may come back with less than its tasks hold; then nothing of those kinds is free until enough has ended.
    private void CountFree()
    {
        var free = Total;
        _isOvercommitted = false;
        foreach (var (_, resources) in _holdings.Items)
        {
            var taken = Exclusive(resources);
            _isOvercommitted |= !free.Contains(taken);
            free = free.SubtractToEmpty(taken);
        }

        Free = free;
    }
}
