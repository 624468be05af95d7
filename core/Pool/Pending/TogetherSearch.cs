using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Resources;
using Verdict = DataPlatform.Core.Pool.PendingJudge.Verdict;

namespace DataPlatform.Core.Pool;

/// <summary>
/// Whether all of several amounts find room at the same time: each, the largest first, on the first agent that still has it. Where
/// that finds room there is room; a cleverer order might find some where this does not.
/// </summary>
internal sealed class TogetherSearch
{
    private readonly PoolState state;
    private readonly PendingQuestion question;
    private readonly PendingJudge judge;
    private readonly Func<int, bool> spend;
    private readonly ResourceQuantities all;
    private readonly IReadOnlyList<ResourceQuantities> largestFirst;

    public TogetherSearch(PoolState state, PendingQuestion question, PendingJudge judge, Func<int, bool> spend, IReadOnlyList<Verdict> verdicts)
    {
        (this.state, this.question, this.judge, this.spend) = (state, question, judge, spend);
        all = ResourceQuantities.Of(question.Together.SelectMany(each => each));
        largestFirst = [.. question.Together.OrderByDescending(each => each.Sum(amount => amount.Value.Thousandths * (decimal)1 / all[amount.Key].Thousandths))];
        Agents = [.. verdicts.Where(verdict => MayTake(verdict.Kind)).Select(verdict => verdict.Agent)];
    }

    /// <summary>Those that take tasks of the framework at all.</summary>
    public IReadOnlyList<PooledAgent> Agents { get; }

    public static bool MayTake(PendingKind kind) => kind is PendingKind.Fits or PendingKind.Offered or PendingKind.Refused or PendingKind.TooLittle
        or PendingKind.TooSmall or PendingKind.LimitReached or PendingKind.KeptForGuarantees;

    /// <summary>As things are, or are supposed to be.</summary>
    public bool Fits()
    {
        if (state.Allocator.LimitsToRaise(question.Role, all).Count > 0)
            return false;
        var taken = new Dictionary<string, ResourceQuantities>();
        foreach (var wanted in largestFirst)
        {
            ResourceQuantities With(PooledAgent agent) => taken.TryGetValue(agent.Id, out var before) ? before.Add(wanted) : wanted;
            if (Agents.FirstOrDefault(agent => spend(1) && judge.HasRoomFor(agent, With(agent))) is not { } place)
                return false;
            taken[place.Id] = With(place);
        }

        return true;
    }
}
