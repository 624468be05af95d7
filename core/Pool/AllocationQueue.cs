namespace DataPlatform.Core.Pool;

/// <summary>
/// Agents on which something may have come free since offers were last made. Of a large pool they take several turns: whoever calls
/// meanwhile does not wait for all of them.
/// </summary>
/// <param name="mostAtOnce">So many agents are looked at in one turn.</param>
public sealed class AllocationQueue(int mostAtOnce)
{
    private readonly SortedSet<string> agents = new(StringComparer.Ordinal);
    private readonly SortedSet<string> waiting = new(StringComparer.Ordinal);

    // A sweep over all agents goes round by id, from after the one that it reached to the one at which it ends.
    private bool isSweeping;
    private Place place = new("", "", HasTurned: false);
    private Slice? slice;

    /// <param name="HasTurned">It came to the last id and began again at the first.</param>
    private sealed record Place(string Reached, string End, bool HasTurned);

    /// <param name="Rest">Null when nothing of the sweep is left.</param>
    private sealed record Slice(IReadOnlyList<string> Agents, Place? Rest);

    public bool IsEmpty => waiting.Count == 0 && !isSweeping;

    /// <summary>Whose turn it is, by id.</summary>
    public IReadOnlyList<string> Next => (slice ??= Cut()).Agents;

    public void Join(string agentId)
    {
        agents.Add(agentId);
        slice = null;
    }

    public void Leave(string agentId)
    {
        agents.Remove(agentId);
        waiting.Remove(agentId);
        isSweeping &= agents.Count > 0;
        slice = null;
    }

    public void Add(string agentId)
    {
        waiting.Add(agentId);
        slice = null;
    }

    /// <param name="seed">Where a sweep begins, so that no agent is always the first.</param>
    public void AddAll(ulong seed)
    {
        // One that is on its way goes on from where it is, all the way round.
        var from = isSweeping || agents.Count <= mostAtOnce ? place.Reached : agents.ElementAt((int)(seed % (ulong)agents.Count));
        place = new Place(from, from, HasTurned: false);
        isSweeping = agents.Count > 0;
        slice = null;
    }

    /// <summary>Those of <see cref="Next"/> had their turn.</summary>
    public void Took()
    {
        var taken = slice ??= Cut();
        waiting.ExceptWith(taken.Agents);
        isSweeping = taken.Rest is not null;
        place = taken.Rest ?? place;
        slice = null;
    }

    private Slice Cut()
    {
        var chosen = new SortedSet<string>(waiting.Take(mostAtOnce), StringComparer.Ordinal);
        var reached = place;
        foreach (var next in isSweeping ? Ahead() : [])
        {
            if (chosen.Count == mostAtOnce)
                return new Slice([.. chosen], reached);
            chosen.Add(next.Reached);
            reached = next;
        }

        return new Slice([.. chosen], Rest: null);
    }

    private IEnumerable<Place> Ahead()
    {
        if (!place.HasTurned)
        {
            foreach (var agent in Between(place.Reached, null))
                yield return place with { Reached = agent };
        }

        foreach (var agent in Between(place.HasTurned ? place.Reached : "", place.End))
            yield return place with { Reached = agent, HasTurned = true };
    }

    /// <param name="after">Not among them.</param>
    /// <param name="last">Among them; null for no end.</param>
    private IEnumerable<string> Between(string after, string? last)
    {
        last ??= agents.Max;
        return last is null || string.CompareOrdinal(after, last) >= 0 ? [] : agents.GetViewBetween(after, last).Where(agent => agent != after);
    }
}
