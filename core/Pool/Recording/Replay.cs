using DataPlatform.Core.Pool.Journal;

namespace DataPlatform.Core.Pool.Recording;

/// <summary>
/// Decides again what a recording says was decided, by the rules of this version, and says where that differs. Nothing after the
/// first difference means anything.
/// </summary>
public sealed class Replay
{
    private PoolState? state;

    /// <summary>Takes the next entry; null for one that is no decision.</summary>
    /// <exception cref="RecordingException">The entry makes no sense in its place.</exception>
    public ReplayedDecision? Take(long line, RecordingEntry entry)
    {
        switch (entry)
        {
            case RecordingEntry.Began began:
                state = new PoolState(began.Master, began.Settings, began.Start);
                return null;
            case RecordingEntry.Recovered recovered:
                Recover(line, Begun(line), recovered);
                return null;
            case RecordingEntry.Decided decided:
                return Decide(line, Begun(line), decided);
            case RecordingEntry.Ended:
                return null;
            default:
                throw new InvalidOperationException($"No rule replays {entry.GetType().Name}");
        }
    }

    private PoolState Begun(long line) => state ?? throw new RecordingException(line, "no master has begun yet: the beginning is missing");

    private static void Recover(long line, PoolState state, RecordingEntry.Recovered recovered)
    {
        try
        {
            state.Recover(PoolRecords.Decode(recovered.Record.Span));
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw new RecordingException(line, $"it can't be recovered from: {error.Message}");
        }
    }

    private static ReplayedDecision Decide(long line, PoolState state, RecordingEntry.Decided recorded)
    {
        var events = new List<ReplayedEvent>();
        var messages = new List<ReplayedMessage>();
        var outcome = "";
        ReplayDifference? difference = null;
        try
        {
            var decision = Pool.Decide(state, recorded.Command, recorded.Now);
            outcome = RecordingText.Of(decision.Outcome);
            foreach (var happened in decision.Events)
            {
                var reason = happened is PoolEvent.OfferMade made ? OfferReasons.Of(state, made.Offer, recorded.Now) : null;
                state.Apply(happened);
                events.Add(new ReplayedEvent(happened, RecordingText.Of(happened), reason));
            }

            messages.AddRange(decision.Effects.Select(effect => new ReplayedMessage(effect, RecordingText.SumOf(effect))));
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // What a tampered command leads to is a difference too.
            difference = new ReplayDifference(ReplayPart.Event, events.Count, recorded.Events.ElementAtOrDefault(events.Count) ?? recorded.Outcome, $"an error: {error.Message}");
        }

        return new ReplayedDecision(line, recorded.Now + state.WallOffset, recorded.Command, outcome, events, messages,
            difference ?? Difference(recorded, outcome, events, messages));
    }

    private static ReplayDifference? Difference(
        RecordingEntry.Decided recorded, string outcome, List<ReplayedEvent> events, List<ReplayedMessage> messages)
    {
        for (var index = 0; index < Math.Max(recorded.Events.Count, events.Count); index++)
        {
            var (then, now) = (recorded.Events.ElementAtOrDefault(index), events.ElementAtOrDefault(index)?.Json);
            if (then != now)
                return new ReplayDifference(ReplayPart.Event, index, then ?? "nothing", now ?? "nothing");
        }

        for (var index = 0; index < Math.Max(recorded.Messages.Count, messages.Count); index++)
        {
            var (then, now) = (recorded.Messages.ElementAtOrDefault(index), messages.ElementAtOrDefault(index));
            if (then != now?.Sum)
                return new ReplayDifference(
                    ReplayPart.Message, index, then is null ? "nothing" : $"a message of sum {then}", now is null ? "nothing" : RecordingText.Of(now.Effect));
        }

        return recorded.Outcome == outcome ? null : new ReplayDifference(ReplayPart.Outcome, 0, recorded.Outcome, outcome);
    }
}

/// <summary>One command, decided again.</summary>
/// <param name="Line">Of the recording.</param>
/// <param name="Time">On the wall.</param>
/// <param name="Difference">From what was recorded; null when there is none.</param>
public sealed record ReplayedDecision(
    long Line, DateTimeOffset Time, PoolCommand Command, string Outcome, IReadOnlyList<ReplayedEvent> Events, IReadOnlyList<ReplayedMessage> Messages,
    ReplayDifference? Difference);

/// <param name="Json">As recordings have it.</param>
/// <param name="Reason">Of an offer: why it went to this framework.</param>
public sealed record ReplayedEvent(PoolEvent Event, string Json, string? Reason);

/// <summary>What a scheduler or an agent was sent, or the end of its stream.</summary>
/// <param name="Sum">As recordings have it.</param>
public sealed record ReplayedMessage(PoolEffect Effect, string Sum);

/// <param name="Index">Which of the decision's events or messages, from 0.</param>
public sealed record ReplayDifference(ReplayPart Part, int Index, string Recorded, string Decided);

public enum ReplayPart
{
    Event,
    Message,

    /// <summary>What the caller was told.</summary>
    Outcome,
}
