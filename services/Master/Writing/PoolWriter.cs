using System.Threading.Channels;
using DataPlatform.Core.Journal;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Master.Streams;

namespace DataPlatform.Services.Master.Writing;

/// <summary>
/// The one writer: takes commands in order, decides, makes durable what must be, applies, then lets effects and answers out.
/// Commands that wait together share one allocation. What can't be made durable does not happen.
/// </summary>
public sealed class PoolWriter(PoolState state, StreamTable streams, TimeProvider time, MasterJournal journal, ILogger<PoolWriter> log)
{
    private const int QueueLength = 10_000;
    private const int MostAtOnce = 256;

    private static readonly PoolOutcome Stopping = new PoolOutcome.Refused(RefusalKind.Unavailable, "The master is stopping");

    private readonly Channel<Entry> queue = Channel.CreateBounded<Entry>(
        new BoundedChannelOptions(QueueLength) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly SteadyClock clock = new(time);
    private readonly List<EventStream> operators = [];
    private readonly List<PoolCommand> postponed = [];
    private readonly List<PoolEffect> effects = [];
    private readonly List<Action> answers = [];

    private abstract record Entry
    {
        public sealed record Decide(PoolCommand Command, TaskCompletionSource<PoolOutcome>? Answer) : Entry;

        /// <summary>A query, or a change of who listens: runs between two commands.</summary>
        public sealed record Look(Action<PoolState> Run) : Entry;
    }

    /// <summary>Answers once what the command led to is durable.</summary>
    public async Task<PoolOutcome> DecideAsync(PoolCommand command, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<PoolOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await queue.Writer.WriteAsync(new Entry.Decide(command, answer), cancellation);
        }
        catch (ChannelClosedException)
        {
            return Stopping;
        }

        return await answer.Task.WaitAsync(cancellation);
    }

    /// <summary>For commands whose outcome nobody waits for: a closed stream, time that passed.</summary>
    public ValueTask PostAsync(PoolCommand command, CancellationToken cancellation) =>
        queue.Writer.WriteAsync(new Entry.Decide(command, Answer: null), cancellation);

    /// <summary>Runs a query on a state in which every command before it has been applied.</summary>
    public async Task<T> QueryAsync<T>(Func<PoolState, T> query, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await queue.Writer.WriteAsync(new Entry.Look(now =>
        {
            try
            {
                answer.SetResult(query(now));
            }
            catch (Exception error)
            {
                answer.SetException(error);
            }
        }), cancellation);
        return await answer.Task.WaitAsync(cancellation);
    }

    /// <summary>The stream gets the whole state, then everything that changes it.</summary>
    public ValueTask AddOperatorAsync(EventStream stream, CancellationToken cancellation) =>
        queue.Writer.WriteAsync(new Entry.Look(now =>
        {
            stream.Send(OperatorFeed.Subscribed(now));
            stream.Send(OperatorFeed.Heartbeat);
            operators.Add(stream);
        }), cancellation);

    public ValueTask RemoveOperatorAsync(EventStream stream, CancellationToken cancellation) =>
        queue.Writer.WriteAsync(new Entry.Look(_ => operators.Remove(stream)), cancellation);

    /// <summary>Runs until cancelled. Any other exception means that the state can't be trusted: the process must end.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await WriteAsync(cancellation);
        }
        finally
        {
            // Whoever still waits is told, so that no request holds up the end of the process.
            queue.Writer.TryComplete();
            while (queue.Reader.TryRead(out var entry))
                (entry as Entry.Decide)?.Answer?.TrySetResult(Stopping);
        }
    }

    private async Task WriteAsync(CancellationToken cancellation)
    {
        while (await queue.Reader.WaitToReadAsync(cancellation))
        {
            if (clock.TakeMove() is { } offset)
                Settle(Pool.Decide(state, new PoolCommand.MoveWallClock(offset), clock.Now));
            // A look ends the batch: it must not see what comes after it.
            for (var taken = 0; taken < MostAtOnce && queue.Reader.TryRead(out var entry) && await TakeAsync(entry); taken++)
            {
            }

            if (state.AgentsToAllocate.Count > 0)
                Settle(Pool.Decide(state, new PoolCommand.Allocate(), clock.Now));
            LetOut();
        }
    }

    /// <summary>False when the batch must end here.</summary>
    private async ValueTask<bool> TakeAsync(Entry entry)
    {
        switch (entry)
        {
            case Entry.Look look:
                answers.Add(() => look.Run(state));
                return false;
            case Entry.Decide(var command, var answer):
                if (command is PoolCommand.Tick && postponed.Count > 0)
                    await TryPostponedAsync();
                var outcome = await DecideAsync(command);
                if (answer is not null)
                    answers.Add(() => answer.SetResult(outcome));
                else if (outcome is PoolOutcome.Refused(RefusalKind.Unavailable, _) && command is not PoolCommand.Tick)
                    postponed.Add(command);
                return true;
            default:
                throw new InvalidOperationException($"No rule takes {entry.GetType().Name}");
        }
    }

    /// <summary>What nobody will ask for again, such as the end of a stream, is tried again with time.</summary>
    private async ValueTask TryPostponedAsync()
    {
        var commands = postponed.ToList();
        postponed.Clear();
        foreach (var command in commands)
        {
            if (await DecideAsync(command) is PoolOutcome.Refused(RefusalKind.Unavailable, _))
                postponed.Add(command);
        }
    }

    private async ValueTask<PoolOutcome> DecideAsync(PoolCommand command)
    {
        var now = clock.Now;
        var decision = Pool.Decide(state, command, now);
        try
        {
            await journal.AppendAsync(decision.Events, state.OnTheWall(now));
        }
        catch (JournalException error) when (error.Fault == JournalFault.Unavailable)
        {
            log.LogError("{Command} did not happen: {Reason}", command.GetType().Name, error.Message);
            return new PoolOutcome.Refused(RefusalKind.Unavailable, $"The master's journal can't be written: {error.Message}");
        }

        Settle(decision);
        return decision.Outcome;
    }

    private void Settle(Decision decision)
    {
        foreach (var happened in decision.Events)
        {
            state.Apply(happened);
            if (operators.Count > 0 && OperatorFeed.Tell(state, happened) is { } news)
                answers.Add(() => Broadcast(news));
        }

        effects.AddRange(decision.Effects);
    }

    private void LetOut()
    {
        foreach (var effect in effects)
            CarryOut(effect);
        effects.Clear();
        foreach (var answer in answers)
            answer();
        answers.Clear();
    }

    private void Broadcast(OperatorEvent news)
    {
        foreach (var stream in operators)
            stream.Send(news);
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
