using DataPlatform.Core.Journal;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Pool.Journal;

namespace DataPlatform.Services.Master.Writing;

/// <summary>
/// What of the pool survives the process. One writer appends; whoever holds a copy of the state as of a known sequence may
/// shorten it meanwhile. Outlives the terms of a master.
/// </summary>
public sealed class MasterJournal(
    IJournal journal, ILogger<MasterJournal> log, long shortenAfter = MasterJournal.ShortenAfter, Func<bool>? mayAct = null) : IAsyncDisposable
{
    /// <summary>Records after the snapshot: so many are read in well under a second.</summary>
    public const long ShortenAfter = 10_000;

    private const int Record = 1;
    private const int Snapshot = 2;

    /// <summary>Says nothing: only whether the journal can be written.</summary>
    private const int Probe = 3;

    private string? fault;
    private long lastSequence;
    private long shortenedTo;
    private long snapshotBytes;
    private long bytesSince;
    private int isShortening;
    private Task shortening = Task.CompletedTask;
    private readonly CancellationTokenSource deposed = new();

    /// <summary>Why the last append failed; null when it did not.</summary>
    public string? Fault => Volatile.Read(ref fault);

    /// <summary>Of the last record that is known to be written.</summary>
    public long LastSequence => Volatile.Read(ref lastSequence);

    /// <summary>Another may lead: what is not written here, such as what agents are told, must not be done any more either.</summary>
    public bool IsDeposed => mayAct?.Invoke() == false;

    /// <summary>Tells what earlier masters knew, in order.</summary>
    /// <exception cref="InvalidDataException">The journal is of a newer version.</exception>
    /// <exception cref="JournalException">It can't be read.</exception>
    public async Task RecoverAsync(Action<PoolEvent> take)
    {
        await shortening;
        var contents = await journal.ReadAsync();
        var events = (contents.Snapshot is { } snapshot ? PoolRecords.DecodeSnapshot(snapshot.Body.Span) : [])
            .Concat(contents.Records.Where(record => record.Kind != Probe).Select(record => PoolRecords.Decode(record.Body.Span)));
        foreach (var happened in events)
            take(happened);

        Volatile.Write(ref lastSequence, contents.LastSequence);
        shortenedTo = contents.Snapshot?.Sequence ?? 0;
        snapshotBytes = contents.Snapshot?.Body.Length ?? 0;
        bytesSince = contents.Records.Sum(record => (long)record.Body.Length);
    }

    /// <summary>Returns when those of the events that must survive do, all of them or none.</summary>
    /// <param name="time">On the wall.</param>
    /// <exception cref="JournalException">They do not.</exception>
    public async ValueTask AppendAsync(IReadOnlyList<PoolEvent> events, DateTimeOffset time)
    {
        List<JournalEntry>? entries = null;
        foreach (var happened in events)
        {
            if (happened.Durable)
                (entries ??= []).Add(new JournalEntry(Record, PoolRecords.Encode(happened, time)));
        }

        if (entries is not null)
            await WriteAsync(entries);
    }

    /// <exception cref="JournalException">The lease is over.</exception>
    public void ThrowIfDeposed()
    {
        if (IsDeposed)
            throw Over();
    }

    /// <summary>True when the journal can be written again.</summary>
    public async ValueTask<bool> TryAgainAsync()
    {
        try
        {
            await WriteAsync([new JournalEntry(Probe, ReadOnlyMemory<byte>.Empty)]);
            return true;
        }
        catch (JournalException error) when (error.Fault == JournalFault.Unavailable)
        {
            return false;
        }
    }

    /// <summary>
    /// Lets the state stand for all records up to a sequence, once there are enough of them and they say more than it would. The state is encoded before this
    /// returns; what follows waits for the disk alone, and a failure of it loses nothing.
    /// </summary>
    public void ShortenSometimes(PoolState state, long upToSequence)
    {
        if (upToSequence - Volatile.Read(ref shortenedTo) < shortenAfter || Volatile.Read(ref bytesSince) < Volatile.Read(ref snapshotBytes)
            || Fault is not null || Interlocked.Exchange(ref isShortening, 1) != 0)
            return;
        var snapshot = new JournalEntry(Snapshot, PoolRecords.EncodeSnapshot(state.Remembered(), state.StartTime));
        Volatile.Write(ref bytesSince, 0);
        Volatile.Write(ref snapshotBytes, snapshot.Body.Length);
        shortening = ShortenAsync(snapshot, upToSequence);
    }

    /// <summary>Another may lead from now on: what still waits to be written is not waited for, whatever becomes of it.</summary>
    public void Depose() => deposed.Cancel();

    public async ValueTask DisposeAsync()
    {
        await shortening;
        await journal.DisposeAsync();
        deposed.Dispose();
    }

    private static JournalException Over() => new(JournalFault.Deposed, "the lease of this master is over; another may lead");

    private async Task ShortenAsync(JournalEntry snapshot, long upToSequence)
    {
        try
        {
            await journal.CompactAsync(upToSequence, snapshot);
            Volatile.Write(ref shortenedTo, upToSequence);
            log.LogInformation("the journal is shortened up to record {Sequence}: {Bytes} bytes stand for it", upToSequence, snapshot.Body.Length);
        }
        catch (JournalException error)
        {
            // Tried again after as many records more.
            Volatile.Write(ref shortenedTo, upToSequence);
            log.LogWarning("the journal could not be shortened up to record {Sequence}: {Reason}", upToSequence, error.Message);
        }
        finally
        {
            Volatile.Write(ref isShortening, 0);
        }
    }

    private async Task WriteAsync(IReadOnlyList<JournalEntry> entries)
    {
        try
        {
            Volatile.Write(ref lastSequence, await journal.AppendAsync(entries, deposed.Token));
            Volatile.Write(ref fault, null);
            Interlocked.Add(ref bytesSince, entries.Sum(entry => (long)entry.Body.Length));
        }
        catch (OperationCanceledException) when (deposed.IsCancellationRequested)
        {
            throw Over();
        }
        catch (JournalException error)
        {
            Volatile.Write(ref fault, error.Message);
            throw;
        }
    }
}
