using DataPlatform.Core.Allocation;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>
/// The pool as the master knows it: frameworks, agents, tasks, offers. Owned by one writer, changed by <see cref="Apply"/>
/// alone; everyone else asks the writer.
/// </summary>
public sealed partial class PoolState
{
    private readonly Dictionary<string, PooledFramework> frameworks = [];
    private readonly Dictionary<string, PooledAgent> agents = [];
    private readonly Dictionary<string, Offer> offers = [];
    private readonly Dictionary<string, string> frameworkOfStream = [];
    private readonly Dictionary<string, string> agentOfStream = [];
    private readonly OrderedDictionary<string, PooledFramework> completedFrameworks = [];
    private readonly Dictionary<string, AgentInfo> recoveredAgents = [];
    private readonly Dictionary<string, string> agentPrincipals = [];
    private readonly OrderedDictionary<string, DateTimeOffset> unreachableAgents = [];
    private readonly OrderedDictionary<string, bool> removedAgents = [];
    private readonly SortedSet<string> agentsToAllocate = new(StringComparer.Ordinal);
    private long nextOffer;
    private int nextFramework;
    private int nextAgent;

    /// <param name="master">Its id is new with every start, so ids given out by different masters never meet.</param>
    public PoolState(MasterInfo master, PoolSettings settings, DateTimeOffset startTime)
    {
        Master = master;
        Settings = settings;
        StartTime = startTime;
        LastBatch = startTime;
    }

    public MasterInfo Master { get; }

    public PoolSettings Settings { get; }

    public DateTimeOffset StartTime { get; }

    public IReadOnlyDictionary<string, PooledFramework> Frameworks => frameworks;

    /// <summary>The oldest first.</summary>
    public IReadOnlyDictionary<string, PooledFramework> CompletedFrameworks => completedFrameworks;

    public IReadOnlyDictionary<string, PooledAgent> Agents => agents;

    /// <summary>Agents that the journal names and that did not register with this master yet.</summary>
    public IReadOnlyDictionary<string, AgentInfo> RecoveredAgents => recoveredAgents;

    /// <summary>Agents that stopped answering, with the time since when.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> UnreachableAgents => unreachableAgents;

    /// <summary>Who may speak for which agent, also while it is away; an agent that nobody was asked a name for has none.</summary>
    public IReadOnlyDictionary<string, string> AgentPrincipals => agentPrincipals;

    /// <summary>Agents whose ids are given up; true for those that an operator marked gone.</summary>
    public IReadOnlyDictionary<string, bool> RemovedAgents => removedAgents;

    public IReadOnlyDictionary<string, Offer> Offers => offers;

    public DateTimeOffset LastBatch { get; private set; }

    /// <summary>Agents on which something came free since offers were last made, in order.</summary>
    public IReadOnlyCollection<string> AgentsToAllocate => agentsToAllocate;

    /// <summary>Who holds what, who refused what, whose turn it is.</summary>
    internal Allocator Allocator { get; } = new();

    internal PoolCounters Counters { get; } = new();

    /// <summary>Breaks ties between agents: another one with every offer made, and the same again when history is replayed.</summary>
    internal ulong AllocationSeed => (ulong)nextOffer;

    /// <summary>The ids that the next offers, framework and agent will get.</summary>
    internal string OfferId(int ahead) => $"{Master.Id}-O{nextOffer + ahead}";

    internal string NextFrameworkId => $"{Master.Id}-{nextFramework:D4}";

    internal string NextAgentId => $"{Master.Id}-S{nextAgent}";

    internal PooledFramework? FrameworkOfStream(string streamId) =>
        frameworkOfStream.TryGetValue(streamId, out var id) ? frameworks.GetValueOrDefault(id) : null;

    internal PooledAgent? AgentOfStream(string streamId) =>
        agentOfStream.TryGetValue(streamId, out var id) ? agents.GetValueOrDefault(id) : null;
}
