using DataPlatform.Core.Journal;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Pool.Journal;

namespace DataPlatform.Simulation.Tests;

/// <summary>Outlives masters, keeps bytes only. What it has answered for is there; what it has refused may be there whole or not at all.</summary>
internal sealed class SimulatedJournal(Random chance, Sabotage sabotage)
{
    private readonly List<byte[]> records = [];

    public int Length => records.Count;

    /// <summary>The next append of something is refused.</summary>
    public bool IsToFail { get; set; }

    /// <exception cref="JournalException">Nobody may be told that the events happened.</exception>
    public void Append(IReadOnlyList<PoolEvent> events, DateTimeOffset time)
    {
        var group = events.Where(happened => happened.Durable).Select(happened => PoolRecords.Encode(happened, time)).ToList();
        if (group.Count == 0)
            return;
        var isWritten = !IsToFail || chance.Next(2) == 0;
        if (isWritten && !(sabotage == Sabotage.JournalLies && chance.Next(4) == 0))
            records.AddRange(group);
        if (!IsToFail)
            return;
        IsToFail = false;
        throw new JournalException(JournalFault.Unavailable, isWritten ? "the answer of the disk was lost" : "the disk is full");
    }

    /// <summary>From now on it says what led to a state, not how.</summary>
    public void Compact(IEnumerable<PoolEvent> remembered, DateTimeOffset time)
    {
        var compacted = remembered.Select(happened => PoolRecords.Encode(happened, time)).ToList();
        records.Clear();
        records.AddRange(compacted);
    }

    public void Recover(Action<PoolEvent> take)
    {
        foreach (var record in records)
            take(PoolRecords.Decode(record));
    }
}
