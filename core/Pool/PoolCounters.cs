namespace DataPlatform.Core.Pool;

/// <summary>What happened since the master started, counted for its metrics.</summary>
public sealed class PoolCounters
{
    public long OffersMade { get; internal set; }

    public long OffersRefused { get; internal set; }

    public long TasksLaunched { get; internal set; }

    public long StatusUpdates { get; internal set; }

    public long AgentsUnreachable { get; internal set; }

    /// <summary>Agents that were admitted under a new id, or known from the journal, or came back after they were given up for unreachable.</summary>
    public long AgentsAdmitted { get; internal set; }

    /// <summary>Agents that were there and registered again.</summary>
    public long AgentsReconnected { get; internal set; }

    public long AgentsRemovedByOperators { get; internal set; }

    /// <summary>Agents in whose place another registered.</summary>
    public long AgentsReplaced { get; internal set; }

    /// <summary>Agents whose machines operators took down for maintenance.</summary>
    public long AgentsTakenDown { get; internal set; }

    /// <summary>How many tasks ended for each reason: by the names of the state, the source and the reason.</summary>
    public SortedDictionary<(string State, string Source, string Reason), long> TaskReasons { get; } = [];

    public long BatchAllocations { get; internal set; }

    /// <summary>How many tasks ended in each state, by the state's name on the wire.</summary>
    public SortedDictionary<string, long> TasksEnded { get; } = new(StringComparer.Ordinal);
}
