using DataPlatform.Core.Allocation;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Resources;
using Verdict = DataPlatform.Core.Pool.PendingJudge.Verdict;

namespace DataPlatform.Core.Pool;

/// <summary>
/// What would change it: supposes one thing after another and asks the allocator. Bounded by <see cref="MostSteps"/> questions and
/// suppositions; of each kind the soonest or the first is told.
/// </summary>
internal sealed class PendingSearch(
    PoolState state, PendingQuestion question, PendingJudge judge, IReadOnlyList<Verdict> verdicts, Visibility visibility)
{
    /// <summary>About a fifth of a second.</summary>
    private const int MostSteps = 50_000;

    /// <summary>Of one kind of change, agents that are asked.</summary>
    private const int MostAgents = 256;

    private int left = MostSteps;

    /// <summary>False when the search ended at its bound.</summary>
    public bool IsWhole { get; private set; } = true;

    public IEnumerable<PendingChange> Changes()
    {
        if (verdicts.Any(verdict => verdict.Kind == PendingKind.NotInRole))
            return [];
        if (verdicts.Any(verdict => verdict.Kind == PendingKind.FrameworkAway))
            return [new PendingChange.FrameworkConnects()];
        if (verdicts.Any(verdict => verdict.Kind == PendingKind.Suppressed))
            return [new PendingChange.FrameworkRevives(question.Role)];
        var forAll = ForAll();
        if (verdicts.Any(verdict => verdict.Kind is PendingKind.Fits or PendingKind.Offered))
            return forAll;
        var changes = new PendingChange?[] { RefusalEnds(), OffersEnd(), LimitsRaised(), AgentTakesTasks() }.OfType<PendingChange>().ToList();
        changes.AddRange(forAll.Count > 0 ? forAll : Endings(together: null));
        if (changes.Count == 0 && LargerAgent() is { } larger)
            changes.Add(larger);
        return changes;
    }

    /// <summary>What has to end for all that have to find room at the same time; nothing when they do already.</summary>
    private List<PendingChange> ForAll()
    {
        if (question.Together.Count < 2)
            return [];
        var together = new TogetherSearch(state, question, judge, Spend, verdicts);
        return together.Agents.Count == 0 || together.Fits() ? [] : Endings(together);
    }

    private List<PendingChange> Endings(TogetherSearch? together)
    {
        var changes = new List<PendingChange>();
        foreach (var isIdle in question.Idle.Count > 0 ? [true, false] : (ReadOnlySpan<bool>)[false])
        {
            var releases = new ReleaseSearch(state, question, visibility, judge, Spend, verdicts, isIdle, together);
            changes.AddRange(releases.Changes());
            IsWhole &= releases.IsWhole;
        }

        return changes;
    }

    /// <summary>False when that many steps are not left.</summary>
    private bool Spend(int steps)
    {
        if (left < steps)
            IsWhole = false;
        else
            left -= steps;
        return IsWhole;
    }

    private IEnumerable<Verdict> Of(params PendingKind[] kinds)
    {
        var found = verdicts.Where(verdict => kinds.Contains(verdict.Kind));
        foreach (var (index, verdict) in found.Index())
        {
            if (index == MostAgents || !Spend(1))
            {
                IsWhole = false;
                yield break;
            }

            yield return verdict;
        }
    }

    private PendingChange.RefusalEnds? RefusalEnds()
    {
        // The soonest is among all of them, however many there are.
        var refused = verdicts.Where(verdict => verdict.Kind == PendingKind.Refused)
            .Select(verdict => (verdict, ((OfferObstacle.Refused)verdict.Obstacle!).Until)).OrderBy(pair => pair.Until);
        foreach (var (verdict, until) in refused.Take(MostAgents))
        {
            if (until == DateTimeOffset.MaxValue)
                return new(verdict.Place, null);
            if (Spend(1) && judge.Ask(verdict.Agent, until) is null)
                return new(verdict.Place, state.OnTheWall(until));
        }

        return null;
    }

    private PendingChange.OffersEnd? OffersEnd()
    {
        PendingChange.OffersEnd? soonest = null;
        foreach (var verdict in Of(PendingKind.TooLittle, PendingKind.LimitReached, PendingKind.KeptForGuarantees))
        {
            var offers = verdict.Agent.OutstandingOffers.Values.Where(offer => offer.FrameworkId != question.FrameworkId)
                .OrderBy(offer => offer.Made).ThenBy(offer => offer.Id, StringComparer.Ordinal).ToList();
            if (offers.Count == 0 || !Spend(offers.Count))
                continue;
            for (var count = 1; count <= offers.Count; count++)
            {
                using (state.Allocator.SupposeGivenBack(offers.Take(count).Select(Releases.Held)))
                {
                    if (judge.Ask(verdict.Agent) is not null)
                        continue;
                }

                var end = state.Settings.OfferTimeout is { } timeout ? state.OnTheWall(offers[count - 1].Made + timeout) : (DateTimeOffset?)null;
                var holders = string.Join(", ", offers.Take(count).Select(offer => judge.NameOf(offer.FrameworkId)).Distinct());
                if (soonest is null || end < soonest.At)
                    soonest = new(verdict.Place, holders, end);
                break;
            }
        }

        return soonest;
    }

    private PendingChange.LimitsRaised? LimitsRaised()
    {
        if (question.Wanted is not { } wanted || state.Allocator.LimitsToRaise(question.Role, wanted) is not { Count: > 0 } low)
            return null;
        using var suppositions = new Suppositions();
        foreach (var (role, limits) in low.GroupBy(limit => limit.Role).Select(group => (group.Key, group)))
        {
            var quota = state.Allocator.QuotaOf(role);
            var raised = quota.Limits.Where(limit => limits.All(each => each.Resource != limit.Key))
                .Concat(limits.Select(each => KeyValuePair.Create(each.Resource, each.Needed)));
            suppositions.Add(state.Allocator.SupposeQuota(role, quota with { Limits = ResourceQuantities.Of(raised) }));
        }

        var fitting = Of(PendingKind.LimitReached).FirstOrDefault(verdict => judge.Ask(verdict.Agent) is null);
        return fitting is null ? null : new(fitting.Place,
            [.. low.Select(each => new PendingChange.Limit(judge.RoleName(each.Role), each.Resource, each.Limit, each.Needed))]);
    }

    private PendingChange.AgentTakesTasks? AgentTakesTasks()
    {
        foreach (var verdict in Of(PendingKind.AgentDeactivated, PendingKind.AgentAway, PendingKind.AgentDraining))
        {
            // A drained agent has nothing left on it.
            var ended = verdict.Kind == PendingKind.AgentDraining ? Releases.On(verdict.Agent) : [];
            using (state.Allocator.SupposeActive(verdict.Agent.Id))
            using (state.Allocator.SupposeGivenBack(ended))
            {
                if (judge.Ask(verdict.Agent) is null)
                    return new(verdict.Place, verdict.Kind);
            }
        }

        return null;
    }

    private PendingChange.LargerAgent? LargerAgent()
    {
        if (question.Wanted is not { } wanted || verdicts.Count == 0 || verdicts.Any(verdict => verdict.Kind != PendingKind.TooSmall))
            return null;
        var wholes = verdicts.Select(verdict => judge.Whole(verdict.Agent)).ToList();
        return new(wanted, ResourceQuantities.Of(wanted.Names.Select(name => KeyValuePair.Create(name, wholes.Max(whole => whole[name])))));
    }
}
