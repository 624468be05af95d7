using DataPlatform.Core.Journal;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Pool.Journal;

namespace DataPlatform.Services.Master.Writing;

/// <summary>What of the pool survives the process: frameworks, and agents admitted and given up.</summary>
public sealed class MasterJournal : IAsyncDisposable
{
    private const int Record = 1;
    private const int Snapshot = 2;

    private readonly SqliteJournal journal;

    private MasterJournal(SqliteJournal journal) => this.journal = journal;

    /// <exception cref="JournalException">In use by another master, damaged, or not accessible.</exception>
    public static MasterJournal Open(string workDirectory) => new(SqliteJournal.Open(Path.Combine(workDirectory, "master.journal")));

    /// <summary>Brings a fresh state to what earlier masters knew, and shortens the journal to as much.</summary>
    /// <exception cref="InvalidDataException">The journal is of a newer version.</exception>
    public async Task RecoverAsync(PoolState state)
    {
        var contents = await journal.ReadAsync();
        foreach (var happened in contents.Snapshot is { } snapshot ? PoolRecords.DecodeSnapshot(snapshot.Body.Span) : [])
            state.Recover(happened);
        foreach (var record in contents.Records)
            state.Recover(PoolRecords.Decode(record.Body.Span));
        if (contents.Records.Count > 0)
        {
            await journal.CompactAsync(contents.LastSequence,
                new JournalEntry(Snapshot, PoolRecords.EncodeSnapshot(state.Remembered(), state.StartTime)));
        }
    }

    /// <summary>Returns when those of the events that must survive do.</summary>
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
            await journal.AppendAsync(entries);
    }

    public ValueTask DisposeAsync() => journal.DisposeAsync();
}
