namespace DataPlatform.Core.Pool;

/// <summary>What happened since the master started, counted for its metrics.</summary>
public sealed class PoolCounters
{
    public long OffersMade { get; internal set; }

    public long OffersRefused { get; internal set; }

    public long TasksLaunched { get; internal set; }

    public long StatusUpdates { get; internal set; }

    public long AgentsUnreachable { get; internal set; }

    public long BatchAllocations { get; internal set; }

    /// <summary>How many tasks ended in each state, by the state's name on the wire.</summary>
    public SortedDictionary<string, long> TasksEnded { get; } = new(StringComparer.Ordinal);
}
