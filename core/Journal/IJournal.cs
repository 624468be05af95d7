namespace DataPlatform.Core.Journal;

/// <summary>
/// A durable log with one owner at a time. What an append has answered for is there after a crash of the process or the
/// machine; what it has not may be there whole or not at all.
/// </summary>
public interface IJournal : IAsyncDisposable
{
    /// <summary>The snapshot and all records after it, checked.</summary>
    /// <exception cref="JournalException">Damaged, or closed.</exception>
    Task<JournalContents> ReadAsync(CancellationToken cancellation = default);

    /// <summary>
    /// Appends the entries together, all or none, after all that were appended before. Appends that wait together share
    /// one write to the disk.
    /// </summary>
    /// <returns>The sequence of the last entry; of the last record there is when no entries are given.</returns>
    /// <exception cref="JournalException">Not written: the disk is full, the journal was lost to another owner, or it is closed.</exception>
    Task<long> AppendAsync(IReadOnlyList<JournalEntry> entries, CancellationToken cancellation = default);

    /// <summary>Lets a snapshot stand for all records up to a sequence, which are dropped.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No record has this sequence, or an older snapshot already covers it.</exception>
    /// <exception cref="JournalException">As for appending.</exception>
    Task CompactAsync(long upToSequence, JournalEntry snapshot, CancellationToken cancellation = default);
}
