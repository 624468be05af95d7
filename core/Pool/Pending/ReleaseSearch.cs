using DataPlatform.Core.Allocation;
using DataPlatform.Core.Protocol.Extensions;
using Chosen = DataPlatform.Core.Pool.PendingChange.Chosen;
using Verdict = DataPlatform.Core.Pool.PendingJudge.Verdict;

namespace DataPlatform.Core.Pool;

/// <summary>
/// Which tasks would have to end: where it is known which end first the soonest that do, with none among them that could stay; and
/// the fewest, up to <see cref="MostTogether"/>. Of what is idle the fewest alone.
/// </summary>
internal sealed class ReleaseSearch
{
    /// <summary>Of what may end. More are left out.</summary>
    public const int MostCandidates = 64;

    /// <summary>Of a framework that may end; larger ones are not thought away.</summary>
    private const int MostTasks = 10_000;

    private const int MostTogether = 3;
    private const int MostOnOthers = 64;

    private readonly PoolState state;
    private readonly PendingJudge judge;
    private readonly Func<int, bool> spend;
    private readonly Visibility visibility;
    private readonly List<Candidate> candidates;

    // Under a quota room on one agent may let the framework have what is free on another.
    private readonly List<PooledAgent> others;

    // Whether it is known which ends first.
    private readonly bool inOrder;

    private readonly bool isIdle;

    private readonly TogetherSearch? together;

    /// <param name="Reserved">Where something is reserved that is given back, and to which role.</param>
    private sealed record Ending(string Name, IReadOnlyList<OfferedResources> Held, IReadOnlyList<(string AgentId, string Role)> Reserved);

    private sealed record Candidate(Ending Ending, IReadOnlyList<PooledAgent> Agents)
    {
        public int Steps => Ending.Held.Count + Ending.Reserved.Count;
    }

    /// <param name="isIdle">Of what is idle; else of all that may end.</param>
    /// <param name="together">What has to find room at the same time; null for what is wanted by itself.</param>
    public ReleaseSearch(
        PoolState state, PendingQuestion question, Visibility visibility, PendingJudge judge, Func<int, bool> spend, IReadOnlyList<Verdict> verdicts, bool isIdle, TogetherSearch? together)
    {
        (this.state, this.judge, this.spend, this.visibility, this.isIdle, this.together) = (state, judge, spend, visibility, isIdle, together);
        // Several find room here and there; where need not be said.
        others = together is not null ? [.. together.Agents.Take(1)]
            : [.. verdicts.Where(verdict => verdict.Kind is PendingKind.LimitReached or PendingKind.KeptForGuarantees).Take(MostOnOthers).Select(verdict => verdict.Agent)];
        // Where it would not help that something ends need not be looked at.
        var hopeless = verdicts.Where(verdict => together is not null ? !TogetherSearch.MayTake(verdict.Kind)
                : verdict.Kind is not (PendingKind.TooLittle or PendingKind.LimitReached or PendingKind.KeptForGuarantees))
            .Select(verdict => verdict.Agent.Id).ToHashSet(StringComparer.Ordinal);
        var releases = isIdle ? question.Idle : question.IfEnded;
        inOrder = releases is not null;
        var reserving = Releases.Reserving(state, (releases ?? []).Select(release => release.FrameworkId).OfType<string>().ToHashSet(StringComparer.Ordinal));
        var all = (releases is not null ? releases.Select(release => Named(release, reserving)) : OtherFrameworks(question.FrameworkId)).Take(MostCandidates + 1).ToList();
        IsWhole = all.Count <= MostCandidates;
        candidates = [.. all.Take(MostCandidates).Where(ending => ending.Held.Count + ending.Reserved.Count > 0).Select(ending => new Candidate(ending,
            [.. ending.Held.Select(held => held.AgentId).Concat(ending.Reserved.Select(reserved => reserved.AgentId)).Distinct().Where(id => !hopeless.Contains(id)).Select(id => state.Agents[id])]))];
    }

    /// <summary>False when there was more that could end than is looked at.</summary>
    public bool IsWhole { get; }

    public IEnumerable<PendingChange.TasksEnd> Changes()
    {
        var most = MostTogether;
        PendingChange.TasksEnd? soonest = null;
        if (inOrder)
        {
            if (Soonest() is not var (ended, place))
                yield break;
            soonest = Change(ended, place, isIdle ? Chosen.Idle : Chosen.Soonest);
            most = Math.Min(most, ended.Count - 1);
        }

        PendingChange.TasksEnd? fewest = null;
        for (var count = 1; count <= most && fewest is null; count++)
        {
            if (Fewest(count, 0, [], []) is var (ended, place))
                fewest = Change(ended, place, isIdle ? Chosen.Idle : Chosen.Fewest);
        }

        if (soonest is not null && !(isIdle && fewest is not null))
            yield return soonest;
        if (fewest is not null)
            yield return fewest;
    }

    private (IReadOnlyList<Candidate>, PooledAgent)? Soonest()
    {
        if (EndInOrder() is not var (count, place))
            return null;
        var needed = candidates.Take(count).ToList();
        foreach (var spared in needed.SkipLast(1).ToList())
        {
            var without = needed.Where(candidate => candidate != spared).ToList();
            if (!spend(without.Sum(candidate => candidate.Steps)))
                break;
            using (Suppose(without))
            {
                if (FirstFitting([place]) is not null)
                    needed = without;
            }
        }

        return (needed, place);
    }

    /// <summary>How many must end when each ends in its order, and where there is room then.</summary>
    private (int Count, PooledAgent Place)? EndInOrder()
    {
        using var ended = new Suppositions();
        while (ended.Count < candidates.Count)
        {
            var next = candidates[ended.Count];
            if (!spend(next.Steps))
                return null;
            ended.Add(Suppose([next]));
            var agents = others.Count == 0 ? next.Agents
                : candidates.Take(ended.Count).SelectMany(candidate => candidate.Agents).Concat(others).Distinct();
            if (FirstFitting(agents) is { } place)
                return (ended.Count, place);
        }

        return null;
    }

    private (IReadOnlyList<Candidate>, PooledAgent)? Fewest(int count, int from, IReadOnlyList<Candidate> chosen, IReadOnlyList<PooledAgent> places)
    {
        for (var index = from; index < candidates.Count; index++)
        {
            var next = candidates[index];
            // Without quotas all that is given back must be on one agent.
            var common = chosen.Count == 0 || others.Count > 0 ? [.. places.Union(next.Agents).Union(others)] : places.Intersect(next.Agents).ToList();
            if (common.Count == 0)
                continue;
            if (!spend(next.Steps))
                return null;
            using (Suppose([next]))
            {
                IReadOnlyList<Candidate> all = [.. chosen, next];
                if (all.Count < count)
                {
                    if (Fewest(count, index + 1, all, common) is { } found)
                        return found;
                }
                else if (FirstFitting(common) is { } place)
                {
                    return (all, place);
                }
            }
        }

        return null;
    }

    /// <summary>What runs ends first: only what is free can be reserved no more.</summary>
    private Suppositions Suppose(IReadOnlyList<Candidate> ended)
    {
        var supposed = new Suppositions();
        supposed.Add(state.Allocator.SupposeGivenBack(ended.SelectMany(candidate => candidate.Ending.Held)));
        foreach (var (agentId, role) in ended.SelectMany(candidate => candidate.Ending.Reserved))
            supposed.Add(state.Allocator.SupposeUnreserved(agentId, role));
        return supposed;
    }

    private PooledAgent? FirstFitting(IEnumerable<PooledAgent> agents) => together is null ? agents.FirstOrDefault(agent => spend(1) && judge.Ask(agent) is null)
        : together.Fits() ? others[0]
        : null;

    private static PendingChange.Place Place(PooledAgent agent) => new(agent.Id, agent.Info.Hostname);

    private PendingChange.TasksEnd Change(IReadOnlyList<Candidate> ended, PooledAgent place, Chosen by) =>
        new(together is null ? Place(place) : null, [.. ended.Select(candidate => candidate.Ending.Name)], by);

    private Ending Named(PendingRelease release, IReadOnlyDictionary<string, IReadOnlyList<PooledAgent>> reserving)
    {
        var tasks = release.Tasks.Distinct()
            .Select(id => state.Frameworks.TryGetValue(id.FrameworkId, out var framework) && framework.Tasks.TryGetValue(id.TaskId, out var task)
                && visibility.Task(task.Record, framework.Info.User) ? task : null)
            .OfType<PooledTask>().Where(task => state.Agents.ContainsKey(task.AgentId));
        var reserved = release.FrameworkId is { } id && state.Frameworks.TryGetValue(id, out var ending) && visibility.Framework(ending.Info)
            ? ending.Roles.Where(reserving.ContainsKey).SelectMany(role => reserving[role].Select(agent => (agent, role))).ToList() : [];
        // What is reserved may be on offer to whom it belongs.
        var offers = reserved.SelectMany(each => each.agent.OutstandingOffers.Values.Where(offer => offer.Role == each.role)).OrderBy(offer => offer.Id, StringComparer.Ordinal);
        return new Ending(release.Name, [.. Releases.Of(state, tasks), .. offers.Select(Releases.Held)], [.. reserved.Select(each => (each.agent.Id, each.role))]);
    }

    private IEnumerable<Ending> OtherFrameworks(string frameworkId) => state.Frameworks.Values
        .Where(framework => framework.Id != frameworkId && framework.Tasks.Count is > 0 and <= MostTasks && visibility.Framework(framework.Info))
        .OrderByDescending(framework => framework.Tasks.Count).ThenBy(framework => framework.Id, StringComparer.Ordinal)
        .Select(framework => new Ending(judge.NameOf(framework.Id), Releases.Of(state, framework.Tasks.Values.Where(task => state.Agents.ContainsKey(task.AgentId))), []));
}
