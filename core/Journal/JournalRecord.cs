namespace DataPlatform.Core.Journal;

/// <summary>What is to be appended. The kind is the owner's business; so are the bytes.</summary>
public readonly record struct JournalEntry(int Kind, ReadOnlyMemory<byte> Body);

/// <summary>What was appended.</summary>
/// <param name="Sequence">From 1 up without gaps.</param>
public sealed record JournalRecord(long Sequence, int Kind, ReadOnlyMemory<byte> Body);

/// <summary>What a journal says: a snapshot that stands for all records up to its sequence, and the records after it.</summary>
public sealed record JournalContents(JournalRecord? Snapshot, IReadOnlyList<JournalRecord> Records)
{
    /// <summary>0 for a journal in which nothing was ever written.</summary>
    public long LastSequence => Records.Count > 0 ? Records[^1].Sequence : Snapshot?.Sequence ?? 0;
}
