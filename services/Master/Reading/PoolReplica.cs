using System.Threading.Channels;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Hosting.Serving.Streams;
using DataPlatform.Services.Master.Writing;

namespace DataPlatform.Services.Master.Reading;

/// <summary>
/// A second state that folds what the writer lets out, on a loop of its own: whoever reads asks this one, and the writer
/// waits for no reader. It gets a turn before anyone is answered for it, and answers in order, so a read sees all that its
/// caller was told before.
/// </summary>
public sealed class PoolReplica(PoolState state, MasterJournal journal)
{
    /// <summary>So many turns may wait while a long read runs; only then the writer waits too.</summary>
    private const int QueueLength = 16 * 1024;

    private readonly Channel<Step> queue = Channel.CreateBounded<Step>(
        new BoundedChannelOptions(QueueLength) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly List<EventStream> operators = [];

    private abstract record Step
    {
        public sealed record Fold(IReadOnlyList<PoolEvent> Events, long Sequence) : Step;

        /// <summary>A query, or a change of who listens: runs between two turns.</summary>
        public sealed record Look(Action<PoolState> Run, Action<Exception> Fail) : Step;
    }

    /// <param name="sequence">The journal's last record of this turn and all before it.</param>
    public ValueTask FoldAsync(IReadOnlyList<PoolEvent> events, long sequence, CancellationToken cancellation) =>
        events.Count == 0 ? ValueTask.CompletedTask : queue.Writer.WriteAsync(new Step.Fold(events, sequence), cancellation);

    /// <summary>
    /// Runs a query on the state. What it returns must share nothing with the state that changes: records of tasks, offers and
    /// infos may be kept, collections may not.
    /// </summary>
    /// <exception cref="ChannelClosedException">The master's term is over.</exception>
    public async Task<T> ReadAsync<T>(Func<PoolState, T> query, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await queue.Writer.WriteAsync(new Step.Look(now =>
        {
            try
            {
                answer.TrySetResult(query(now));
            }
            catch (Exception error)
            {
                answer.TrySetException(error);
            }
        }, error => answer.TrySetException(error)), cancellation);
        return await answer.Task.WaitAsync(cancellation);
    }

    /// <summary>The stream gets the whole state, then everything that changes it.</summary>
    public ValueTask AddOperatorAsync(EventStream stream, CancellationToken cancellation) =>
        queue.Writer.WriteAsync(new Step.Look(now =>
        {
            stream.Send(OperatorFeed.Subscribed(now));
            stream.Send(OperatorFeed.Heartbeat);
            operators.Add(stream);
        }, _ => stream.Complete()), cancellation);

    public ValueTask RemoveOperatorAsync(EventStream stream, CancellationToken cancellation) =>
        queue.Writer.WriteAsync(new Step.Look(_ => operators.Remove(stream), _ => { }), cancellation);

    /// <summary>Runs until cancelled. Any other exception means that the copy can't be trusted: the process must end.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await foreach (var step in queue.Reader.ReadAllAsync(cancellation))
                Take(step);
        }
        finally
        {
            queue.Writer.TryComplete();
            while (queue.Reader.TryRead(out var step))
                (step as Step.Look)?.Fail(new ChannelClosedException());
        }
    }

    private void Take(Step step)
    {
        switch (step)
        {
            case Step.Fold(var events, var sequence):
                foreach (var happened in events)
                    Fold(happened);
                journal.ShortenSometimes(state, sequence);
                break;
            case Step.Look look:
                look.Run(state);
                break;
            default:
                throw new InvalidOperationException($"No rule takes {step.GetType().Name}");
        }
    }

    private void Fold(PoolEvent happened)
    {
        state.Apply(happened);
        if (operators.Count == 0 || OperatorFeed.Tell(state, happened) is not { } news)
            return;
        foreach (var stream in operators)
            stream.Send(news);
    }
}
