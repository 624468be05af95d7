using DataPlatform.Core.Protocol.Extensions;

namespace DataPlatform.Core.Pool;

/// <summary>
/// Why a framework waits: for each agent the answer of the very rules that make offers, and what would change it, found by asking them
/// again as if it had happened.
/// </summary>
public static class PendingViews
{
    private const int ExamplesOfEach = 3;

    private const int RolesNamed = 20;

    /// <param name="question">With an empty role for a framework that has one alone.</param>
    /// <param name="now">On the pool's own clock.</param>
    public static PendingOutcome Ask(PoolState state, PendingQuestion question, Visibility visibility, DateTimeOffset now)
    {
        if (!state.Frameworks.TryGetValue(question.FrameworkId, out var framework) || !visibility.Framework(framework.Info))
            return new PendingOutcome.NoSuchFramework();
        if (question.Role.Length > 0)
            return new PendingOutcome.Answered(Answer(state, question, framework, visibility, now));
        return framework.Roles.Count == 1
            ? new PendingOutcome.Answered(Answer(state, question with { Role = framework.Roles[0] }, framework, visibility, now))
            : new PendingOutcome.WhichRole([.. framework.Roles.Take(RolesNamed)]);
    }

    private static PendingAnswer Answer(
        PoolState state, PendingQuestion question, PooledFramework framework, Visibility visibility, DateTimeOffset now)
    {
        // What it was offered and does not want would be there for it again.
        using var own = state.Allocator.SupposeGivenBack(framework.OutstandingOffers.Values.Select(Releases.Held));
        var judge = new PendingJudge(state, question, now, visibility);
        var verdicts = state.Agents.Values.OrderBy(agent => agent.Id, StringComparer.Ordinal).Select(judge.Judge).ToList();
        var reasons = verdicts.GroupBy(verdict => (verdict.Kind, verdict.Common))
            .Select(group => new PendingReason(group.Key.Kind, group.Key.Common, group.Count(), [.. group.Take(ExamplesOfEach).Select(judge.Show)]))
            .Concat(Absent(state, visibility))
            .OrderByDescending(reason => reason.Agents).ThenBy(reason => reason.Kind).ThenBy(reason => reason.Text, StringComparer.Ordinal);
        var search = new PendingSearch(state, question, judge, verdicts, visibility);
        return new PendingAnswer(
            question, framework.Info.Name, verdicts.Count + state.RecoveredAgents.Count + state.UnreachableAgents.Count, [.. reasons],
            [.. search.Changes()], search.IsWhole, [.. verdicts.Skip(question.Offset).Take(question.Limit).Select(judge.Show)]);
    }

    /// <summary>Agents that are no longer, or not yet, the pool's to offer.</summary>
    private static IEnumerable<PendingReason> Absent(PoolState state, Visibility visibility)
    {
        if (state.RecoveredAgents.Count > 0)
        {
            const string text = "was there before this master began, and has not registered since";
            yield return new PendingReason(PendingKind.AgentNotRegistered, text, state.RecoveredAgents.Count,
                [.. state.RecoveredAgents.OrderBy(pair => pair.Key, StringComparer.Ordinal).Take(ExamplesOfEach)
                    .Select(pair => new PendingAgent(pair.Key, pair.Value.Hostname, PendingKind.AgentNotRegistered, text))]);
        }

        // Their agents have left the pool, and count among none of its agents.
        if (state.DownMachines.Values.Where(visibility.StatusOf).Select(machine => Machine.Of(machine).Name).Order(StringComparer.Ordinal).ToList() is { Count: > 0 } down)
        {
            const string text = "is down for maintenance, and joins again after it";
            yield return new PendingReason(PendingKind.MachineDown, text, down.Count,
                [.. down.Take(ExamplesOfEach).Select(machine => new PendingAgent("", machine, PendingKind.MachineDown, text))]);
        }

        if (state.UnreachableAgents.Count > 0)
        {
            yield return new PendingReason(PendingKind.AgentUnreachable, "does not answer any more", state.UnreachableAgents.Count,
                [.. state.UnreachableAgents.Take(ExamplesOfEach)
                    .Select(pair => new PendingAgent(pair.Key, "", PendingKind.AgentUnreachable, $"does not answer since {pair.Value:u}"))]);
        }
    }
}
