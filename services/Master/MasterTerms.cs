using DataPlatform.Core.Journal;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Master.Leading;
using DataPlatform.Services.Master.Reading;
using DataPlatform.Services.Master.Settings;
using DataPlatform.Services.Hosting.Serving.Streams;
using DataPlatform.Services.Master.Writing;

namespace DataPlatform.Services.Master;

/// <summary>
/// Term after term: each recovers the pool from the journal under a new master id. A term ends when a turn of it could not be
/// made durable, or another master leads; its streams are closed and agents and frameworks come back to the next one.
/// </summary>
public sealed class MasterTerms(
    Leadership leadership, Func<MasterInfo> describe, PoolSettings settings, TimeProvider time, ILoggerFactory logs, RecordingSettings? recording = null)
    : IAsyncDisposable
{
    private static readonly TimeSpan BeginAgainAfter = TimeSpan.FromMilliseconds(250);

    private readonly ILogger<MasterTerms> log = logs.CreateLogger<MasterTerms>();
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Term? current;
    private volatile string? trouble;
    private Task running = Task.CompletedTask;

    private sealed record Term(MasterRuntime Master, MasterJournal Journal);

    /// <summary>Null while nobody can be served.</summary>
    public MasterRuntime? Current => Leading?.Master;

    public MasterCondition Condition => Leading is { Journal: var journal }
        ? journal.Fault is { } fault ? new MasterCondition.NotWriting(fault) : new MasterCondition.Leading()
        : leadership.Other is { } leader ? new MasterCondition.Following(leader)
        : new MasterCondition.Recovering(leadership.Trouble ?? trouble);

    /// <summary>A process that was held up may learn late that its term is over: whoever asks it meanwhile is not told that it leads.</summary>
    private Term? Leading => current is { Journal.IsDeposed: false } term ? term : null;

    /// <summary>Returns when the first term has begun, or at once when another process may lead.</summary>
    /// <param name="failed">Called when later no further term may begin: what was found can't be trusted.</param>
    /// <exception cref="JournalException">The journal can't be read.</exception>
    /// <exception cref="InvalidDataException">The journal is of a newer version.</exception>
    public Task StartAsync(Action<Exception> failed)
    {
        if (!leadership.IsSole)
            begun.TrySetResult();
        running = Task.Run(() => RunAsync(failed));
        return begun.Task;
    }

    /// <summary>Ends the term and every stream of it.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stopping.Dispose();
    }

    private async Task RunAsync(Action<Exception> failed)
    {
        try
        {
            await RunAsync();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            begun.TrySetCanceled();
        }
        catch (Exception error)
        {
            if (begun.TrySetException(error))
                return;
            log.LogCritical(error, "The master ends: its state can't be trusted any more");
            failed(error);
        }
    }

    private async Task RunAsync()
    {
        while (true)
        {
            var journal = await leadership.TakeAsync(stopping.Token);
            try
            {
                await LeadAsync(journal);
            }
            catch (JournalException error) when (begun.Task.IsCompleted && error.Fault is JournalFault.Unavailable or JournalFault.Deposed)
            {
                trouble = error.Message;
                log.LogError("this term ends, nothing of its last turn was seen by anyone: {Reason}", error.Message);
            }
            finally
            {
                await leadership.EndAsync(journal);
            }

            await Task.Delay(BeginAgainAfter, time, stopping.Token);
        }
    }

    private async Task LeadAsync(MasterJournal journal)
    {
        using var keeping = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        // From the first moment on: to read what earlier masters knew may take longer than a lease lasts.
        var kept = leadership.KeepAsync(keeping.Token);
        try
        {
            await LeadAsync(journal, kept);
        }
        finally
        {
            await keeping.CancelAsync();
            await kept.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LeadAsync(MasterJournal journal, Task kept)
    {
        var (info, start) = (describe(), time.GetUtcNow());
        var state = new PoolState(info, settings, start);
        await using var recorder = recording is null ? null : TurnRecorder.Begin(recording, state, logs.CreateLogger<TurnRecorder>());
        await using var term = await BeginAsync(journal, state, recorder);
        current = new Term(term, journal);
        begun.TrySetResult();
        try
        {
            await await Task.WhenAny(term.WaitAsync(), kept).WaitAsync(stopping.Token);
        }
        finally
        {
            current = null;
        }
    }

    private async Task<MasterRuntime> BeginAsync(MasterJournal journal, PoolState state, TurnRecorder? recorder)
    {
        var copy = new PoolState(state.Master, settings, state.StartTime);
        await journal.RecoverAsync(happened =>
        {
            state.Recover(happened);
            copy.Recover(happened);
            recorder?.Recover(happened);
        });
        recorder?.Start();
        // A term that knows from the start that it can't write never gets ahead of its journal.
        await journal.TryAgainAsync();
        var streams = new StreamTable(logs.CreateLogger<StreamTable>());
        var replica = new PoolReplica(copy, journal);
        var writer = new PoolWriter(state, replica, streams, time, journal, logs.CreateLogger<PoolWriter>(), recorder);
        log.LogInformation("leading as master {Id}, {Frameworks} frameworks and {Agents} agents remembered",
            state.Master.Id, state.Frameworks.Count, state.RecoveredAgents.Count);
        var term = new MasterRuntime(writer, replica, streams, settings, time);
        term.Start();
        return term;
    }
}
