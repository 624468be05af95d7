using DataPlatform.Core.Journal;

namespace DataPlatform.Services.Tests.Master.Writing;

/// <summary>A journal in memory, which counts its writes and fails when the test says so.</summary>
internal sealed class FaultyJournal : IJournal
{
    private readonly Lock gate = new();
    private readonly List<JournalRecord> records = [];
    private JournalRecord? snapshot;
    private long last;

    /// <summary>Why it can't be written; null when it can.</summary>
    public string? Fault { get; set; }

    /// <summary>How many entries each append carried.</summary>
    public List<int> Appends { get; } = [];

    /// <summary>Appends wait for it, when there is one.</summary>
    public Task? Gate { get; set; }

    public int SnapshotCount { get; private set; }

    public Task<JournalContents> ReadAsync(CancellationToken cancellation = default)
    {
        lock (gate)
            return Task.FromResult(new JournalContents(snapshot, [.. records]));
    }

    public async Task<long> AppendAsync(IReadOnlyList<JournalEntry> entries, CancellationToken cancellation = default)
    {
        if (Gate is { } waiting)
            await waiting.WaitAsync(cancellation);
        lock (gate)
        {
            if (Fault is { } fault)
                throw new JournalException(JournalFault.Unavailable, fault);
            Appends.Add(entries.Count);
            foreach (var entry in entries)
                records.Add(new JournalRecord(++last, entry.Kind, entry.Body));
            return last;
        }
    }

    public Task CompactAsync(long upToSequence, JournalEntry entry, CancellationToken cancellation = default)
    {
        lock (gate)
        {
            snapshot = new JournalRecord(upToSequence, entry.Kind, entry.Body);
            records.RemoveAll(record => record.Sequence <= upToSequence);
            SnapshotCount++;
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
