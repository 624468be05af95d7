using DataPlatform.Core.Allocation;
using DataPlatform.Core.Protocol.Extensions;
using Verdict = DataPlatform.Core.Pool.PendingJudge.Verdict;

namespace DataPlatform.Core.Pool;

/// <summary>
/// Which tasks would have to end: where it is known which end first the soonest that do, with none among them that could stay; and
/// the fewest, up to <see cref="MostTogether"/>.
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

    private sealed record Candidate(string Name, IReadOnlyList<OfferedResources> Held, IReadOnlyList<PooledAgent> Agents);

    public ReleaseSearch(
        PoolState state, PendingQuestion question, Visibility visibility, PendingJudge judge, Func<int, bool> spend, IReadOnlyList<Verdict> verdicts)
    {
        (this.state, this.judge, this.spend, this.visibility) = (state, judge, spend, visibility);
        others = [.. verdicts.Where(verdict => verdict.Kind is PendingKind.LimitReached or PendingKind.KeptForGuarantees)
            .Take(MostOnOthers).Select(verdict => verdict.Agent)];
        // Where it would not help that something ends need not be looked at.
        var hopeless = verdicts.Where(verdict => verdict.Kind is not (PendingKind.TooLittle or PendingKind.LimitReached or PendingKind.KeptForGuarantees))
            .Select(verdict => verdict.Agent.Id).ToHashSet(StringComparer.Ordinal);
        inOrder = question.IfEnded is not null;
        var all = (question.IfEnded is { } named ? named.Select(Named) : OtherFrameworks(question.FrameworkId)).Take(MostCandidates + 1).ToList();
        IsWhole = all.Count <= MostCandidates;
        candidates = [.. all.Take(MostCandidates).Select(each => new Candidate(each.Name, each.Held,
            [.. each.Held.Select(held => held.AgentId).Distinct().Where(id => !hopeless.Contains(id)).Select(id => state.Agents[id])]))
            .Where(candidate => candidate.Held.Count > 0)];
    }

    /// <summary>False when there was more that could end than is looked at.</summary>
    public bool IsWhole { get; }

    public IEnumerable<PendingChange.TasksEnd> Changes()
    {
        var most = MostTogether;
        if (inOrder)
        {
            if (Soonest() is not var (soonest, place))
                yield break;
            yield return new(Place(place), [.. soonest.Select(candidate => candidate.Name)], AreSoonest: true);
            most = Math.Min(most, soonest.Count - 1);
        }

        for (var count = 1; count <= most; count++)
        {
            if (Fewest(count, 0, [], []) is not var (fewest, elsewhere))
                continue;
            yield return new(Place(elsewhere), [.. fewest.Select(candidate => candidate.Name)], AreSoonest: false);
            break;
        }
    }

    private (IReadOnlyList<Candidate>, PooledAgent)? Soonest()
    {
        if (EndInOrder() is not var (count, place))
            return null;
        var needed = candidates.Take(count).ToList();
        foreach (var spared in needed.SkipLast(1).ToList())
        {
            var without = needed.Where(candidate => candidate != spared).ToList();
            if (!spend(without.Sum(candidate => candidate.Held.Count)))
                break;
            using (state.Allocator.SupposeGivenBack(without.SelectMany(candidate => candidate.Held)))
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
        var ended = new Stack<IDisposable>();
        try
        {
            while (ended.Count < candidates.Count)
            {
                var next = candidates[ended.Count];
                if (!spend(next.Held.Count))
                    return null;
                ended.Push(state.Allocator.SupposeGivenBack(next.Held));
                var agents = others.Count == 0 ? next.Agents
                    : candidates.Take(ended.Count).SelectMany(candidate => candidate.Agents).Concat(others).Distinct();
                if (FirstFitting(agents) is { } place)
                    return (ended.Count, place);
            }

            return null;
        }
        finally
        {
            while (ended.TryPop(out var supposed))
                supposed.Dispose();
        }
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
            if (!spend(next.Held.Count))
                return null;
            using (state.Allocator.SupposeGivenBack(next.Held))
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

    private PooledAgent? FirstFitting(IEnumerable<PooledAgent> agents) =>
        agents.FirstOrDefault(agent => spend(1) && judge.Ask(agent) is null);

    private static PendingChange.Place Place(PooledAgent agent) => new(agent.Id, agent.Info.Hostname);

    private (string Name, IReadOnlyList<OfferedResources> Held) Named(PendingRelease release) => (release.Name, Releases.Of(state, release.Tasks.Distinct()
        .Select(id => state.Frameworks.TryGetValue(id.FrameworkId, out var framework) && framework.Tasks.TryGetValue(id.TaskId, out var task)
            && visibility.Task(task.Record, framework.Info.User) ? task : null)
        .OfType<PooledTask>().Where(task => state.Agents.ContainsKey(task.AgentId))));

    private IEnumerable<(string Name, IReadOnlyList<OfferedResources> Held)> OtherFrameworks(string frameworkId) => state.Frameworks.Values
        .Where(framework => framework.Id != frameworkId && framework.Tasks.Count is > 0 and <= MostTasks && visibility.Framework(framework.Info))
        .OrderByDescending(framework => framework.Tasks.Count).ThenBy(framework => framework.Id, StringComparer.Ordinal)
        .Select(framework => (judge.NameOf(framework.Id), Releases.Of(state, framework.Tasks.Values.Where(task => state.Agents.ContainsKey(task.AgentId)))));
}
