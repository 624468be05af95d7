namespace DataPlatform.Core.Journal;

/// <summary>Where a journal's records lie. Used by one thread at a time; what it throws, <see cref="Explain"/> makes a reason of.</summary>
internal interface IJournalStore : IDisposable
{
    /// <summary>For people.</summary>
    string Name { get; }

    /// <summary>The snapshot and all records after it, checked.</summary>
    JournalContents Read();

    /// <summary>Appends all groups in one transaction.</summary>
    /// <returns>For each group the sequence of its last entry.</returns>
    IReadOnlyList<long> Append(IReadOnlyList<IReadOnlyList<JournalEntry>> groups);

    /// <exception cref="ArgumentOutOfRangeException">No record has this sequence, or an older snapshot already covers it.</exception>
    void Compact(long upToSequence, JournalEntry snapshot);

    Exception Explain(Exception error);
}
