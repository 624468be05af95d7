using DataPlatform.Core.Journal;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Master.Reading;
using DataPlatform.Services.Master.Streams;
using DataPlatform.Services.Master.Writing;

namespace DataPlatform.Services.Master;

/// <summary>
/// Term after term: each recovers the pool from the journal under a new master id. A term ends when a turn of it could not be
/// made durable; its streams are closed and agents and frameworks come back to the next one.
/// </summary>
public sealed class MasterTerms(
    MasterJournal journal, Func<MasterInfo> describe, PoolSettings settings, TimeProvider time, ILoggerFactory logs) : IAsyncDisposable
{
    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromSeconds(1);

    private readonly ILogger<MasterTerms> log = logs.CreateLogger<MasterTerms>();
    private readonly CancellationTokenSource stopping = new();
    private volatile MasterRuntime? current;
    private volatile string? trouble;
    private Task running = Task.CompletedTask;

    /// <summary>Null while nobody can be served.</summary>
    public MasterRuntime? Current => current;

    public MasterCondition Condition => current is null ? new MasterCondition.Recovering(trouble)
        : journal.Fault is { } fault ? new MasterCondition.NotWriting(fault)
        : new MasterCondition.Leading();

    /// <summary>Returns when the first term has begun.</summary>
    /// <param name="failed">Called when no further term may begin: what was found can't be trusted.</param>
    /// <exception cref="JournalException">The journal can't be read.</exception>
    /// <exception cref="InvalidDataException">The journal is of a newer version.</exception>
    public async Task StartAsync(Action<Exception> failed)
    {
        current = await BeginAsync();
        running = Task.Run(async () =>
        {
            try
            {
                await RunAsync();
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
            }
            catch (Exception error)
            {
                log.LogCritical(error, "The master ends: its state can't be trusted any more");
                failed(error);
            }
        });
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

    private async Task RunAsync()
    {
        while (current is { } term)
        {
            try
            {
                await term.WaitAsync().WaitAsync(stopping.Token);
            }
            catch (JournalException error) when (error.Fault == JournalFault.Unavailable)
            {
                log.LogError("this term ends, nothing of its last turn was seen by anyone: {Reason}", error.Message);
                trouble = error.Message;
            }
            finally
            {
                current = null;
                await term.DisposeAsync();
            }

            current = await BeginAgainAsync();
        }
    }

    private async Task<MasterRuntime> BeginAgainAsync()
    {
        while (true)
        {
            try
            {
                return await BeginAsync();
            }
            catch (JournalException error) when (error.Fault == JournalFault.Unavailable)
            {
                trouble = error.Message;
                log.LogError("the journal can't be read, this is tried again: {Reason}", error.Message);
                await Task.Delay(ReadAgainAfter, time, stopping.Token);
            }
        }
    }

    private async Task<MasterRuntime> BeginAsync()
    {
        var (info, start) = (describe(), time.GetUtcNow());
        var (state, copy) = (new PoolState(info, settings, start), new PoolState(info, settings, start));
        await journal.RecoverAsync(state, copy);
        // A term that knows from the start that it can't write never gets ahead of its journal.
        await journal.TryAgainAsync();
        var streams = new StreamTable(logs.CreateLogger<StreamTable>());
        var replica = new PoolReplica(copy, journal);
        var writer = new PoolWriter(state, replica, streams, time, journal, logs.CreateLogger<PoolWriter>());
        log.LogInformation("leading as master {Id}, {Frameworks} frameworks and {Agents} agents remembered",
            info.Id, state.Frameworks.Count, state.RecoveredAgents.Count);
        var term = new MasterRuntime(writer, replica, streams, settings, time);
        term.Start();
        return term;
    }
}
