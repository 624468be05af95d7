using System.Threading.Channels;
using DataPlatform.Core.Journal;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol;
using DataPlatform.Services.Master.Reading;
using DataPlatform.Services.Hosting.Serving.Streams;

namespace DataPlatform.Services.Master.Writing;

/// <summary>
/// The one writer: takes the commands that wait, decides and applies them in one turn, makes durable together what must be,
/// then lets effects and answers out.
/// </summary>
/// <remarks>
/// A turn that can't be made durable ends the term: its state is ahead of the truth. A term that begins while the journal
/// can't be written goes one command at a time and refuses what would have to be durable, so it never gets ahead.
/// </remarks>
public sealed class PoolWriter(
    PoolState state, PoolReplica replica, StreamTable streams, TimeProvider time, MasterJournal journal, ILogger<PoolWriter> log,
    TurnRecorder? recorder = null)
{
    private const int QueueLength = 10_000;
    private const int MostAtOnce = 256;

    private static readonly TimeSpan TryAgainEvery = TimeSpan.FromSeconds(2);

    private static readonly PoolOutcome Over = new PoolOutcome.Refused(
        RefusalKind.Unavailable, "The master is stopping, or has just stopped leading; try again");

    private readonly Channel<Waiting> queue = Channel.CreateBounded<Waiting>(
        new BoundedChannelOptions(QueueLength) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly SteadyClock clock = new(time);
    private readonly List<Waiting> batch = [];
    private readonly List<(TaskCompletionSource<PoolOutcome> Answer, PoolOutcome Outcome)> answers = [];
    private readonly List<PoolCommand> postponed = [];
    private long triedAgain = time.GetTimestamp();

    private readonly record struct Waiting(PoolCommand Command, TaskCompletionSource<PoolOutcome>? Answer);

    /// <summary>Answers once what the command led to is durable.</summary>
    public async Task<PoolOutcome> DecideAsync(PoolCommand command, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<PoolOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await queue.Writer.WriteAsync(new Waiting(command, answer), cancellation);
        }
        catch (ChannelClosedException)
        {
            return Over;
        }

        return await answer.Task.WaitAsync(cancellation);
    }

    /// <summary>For commands whose outcome nobody waits for: a closed stream, time that passed.</summary>
    public ValueTask PostAsync(PoolCommand command, CancellationToken cancellation) =>
        queue.Writer.WriteAsync(new Waiting(command, Answer: null), cancellation);

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="JournalException">A turn could not be made durable: the term is over, nothing of the turn was seen.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            // What an allocation left for later goes on at once, between the calls that wait.
            while (state.HasAgentsToAllocate || await queue.Reader.WaitToReadAsync(cancellation))
            {
                cancellation.ThrowIfCancellationRequested();
                while (batch.Count < MostAtOnce && queue.Reader.TryRead(out var waiting))
                    batch.Add(waiting);
                await (journal.Fault is null ? TakeTurnAsync(cancellation) : TakeCarefullyAsync(cancellation));
                batch.Clear();
            }
        }
        finally
        {
            // Whoever still waits is told, so that no request holds up the end of the term.
            queue.Writer.TryComplete();
            foreach (var waiting in batch)
                waiting.Answer?.TrySetResult(Over);
            while (queue.Reader.TryRead(out var waiting))
                waiting.Answer?.TrySetResult(Over);
        }
    }

    private async ValueTask TakeTurnAsync(CancellationToken cancellation)
    {
        var turn = Begin();
        foreach (var (command, answer) in batch)
            Answer(command, answer, turn.Take(command));
        turn.Allocate();
        await journal.AppendAsync(turn.Events, turn.OnTheWall);
        await LetOutAsync(turn, cancellation);
    }

    /// <summary>Each durable decision is written before it is applied: what can't be written does not happen.</summary>
    private async ValueTask TakeCarefullyAsync(CancellationToken cancellation)
    {
        var turn = Begin();
        if (time.GetElapsedTime(triedAgain) >= TryAgainEvery)
        {
            triedAgain = time.GetTimestamp();
            if (await journal.TryAgainAsync())
            {
                log.LogInformation("the journal can be written again");
                await TryPostponedAsync(turn);
            }
        }

        foreach (var (command, answer) in batch)
        {
            var outcome = await TryAsync(turn, command);
            if (IsForLater(outcome) && command is PoolCommand.Tick tick)
                await TryAsync(turn, tick with { GivesUpNobody = true });
            else if (IsForLater(outcome) && answer is null)
                postponed.Add(command);
            Answer(command, answer, outcome);
        }

        turn.Allocate();
        await LetOutAsync(turn, cancellation);
    }

    private async ValueTask<PoolOutcome> TryAsync(PoolTurn turn, PoolCommand command)
    {
        var decision = turn.Decide(command);
        try
        {
            await journal.AppendAsync(decision.Events, turn.OnTheWall);
        }
        catch (JournalException error) when (error.Fault == JournalFault.Unavailable)
        {
            return new PoolOutcome.Refused(RefusalKind.Unavailable, $"The master's journal can't be written, so this did not happen: {error.Message}");
        }

        return turn.Take(command, decision);
    }

    /// <summary>What nobody will ask for again, such as the end of a stream.</summary>
    private async ValueTask TryPostponedAsync(PoolTurn turn)
    {
        var commands = postponed.ToList();
        postponed.Clear();
        foreach (var command in commands)
        {
            if (IsForLater(await TryAsync(turn, command)))
                postponed.Add(command);
        }
    }

    private static bool IsForLater(PoolOutcome outcome) => outcome is PoolOutcome.Refused(RefusalKind.Unavailable, _);

    private PoolTurn Begin()
    {
        var turn = new PoolTurn(state, clock.Now);
        if (clock.TakeMove() is { } offset)
            turn.Take(new PoolCommand.MoveWallClock(offset));
        return turn;
    }

    private void Answer(PoolCommand command, TaskCompletionSource<PoolOutcome>? answer, PoolOutcome outcome)
    {
        if (log.IsEnabled(LogLevel.Debug) && command is not PoolCommand.Tick)
            log.LogDebug("{Command}: {Outcome}", Text(command), outcome);
        if (answer is not null)
            answers.Add((answer, outcome));
    }

    private static string Text(PoolCommand command) => command switch
    {
        PoolCommand.SchedulerRequest request => WireName.Of(request.Call.Type),
        PoolCommand.AgentRequest request => $"{WireName.Of(request.Call.Type)} of an agent",
        _ => command.GetType().Name,
    };

    private async ValueTask LetOutAsync(PoolTurn turn, CancellationToken cancellation)
    {
        journal.ThrowIfDeposed();
        if (recorder is not null)
            await recorder.RecordAsync(turn, cancellation);
        await replica.FoldAsync(turn.Events, journal.LastSequence, cancellation);
        foreach (var effect in turn.Effects)
            CarryOut(effect);
        foreach (var (answer, outcome) in answers)
            answer.TrySetResult(outcome);
        answers.Clear();
    }

    private void CarryOut(PoolEffect effect)
    {
        switch (effect)
        {
            case PoolEffect.ToScheduler(var stream, var news):
                streams.Send(stream, news);
                break;
            case PoolEffect.ToAgent(var stream, var news):
                streams.Send(stream, news);
                break;
            case PoolEffect.CloseSchedulerStream(var stream):
                streams.Complete(stream);
                break;
            case PoolEffect.CloseAgentStream(var stream):
                streams.Complete(stream);
                break;
            default:
                throw new InvalidOperationException($"No rule carries out {effect.GetType().Name}");
        }
    }
}
