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
    private readonly Dictionary<string, PooledOffer> offers = [];
    private readonly Dictionary<string, string> frameworkOfStream = [];
    private readonly Dictionary<string, string> agentOfStream = [];
    private readonly Dictionary<string, string> agentOfWorkDirectory = [];
    private readonly OrderedDictionary<string, PooledFramework> completedFrameworks = [];
    private readonly AgentAddresses agentAddresses = new();
    private readonly Dictionary<string, AgentInfo> recoveredAgents = [];
    private readonly Dictionary<string, string> agentPrincipals = [];
    private readonly OrderedDictionary<string, DateTimeOffset> unreachableAgents = [];
    private readonly OrderedDictionary<string, bool> removedAgents = [];
    private readonly OrderedDictionary<string, List<(string FrameworkId, string TaskId)>> tasksAway = [];
    private readonly AllocationQueue allocations;
    private readonly SortedSet<(DateTimeOffset LastPing, string AgentId)> pings = new(PingOrder);
    private readonly SortedDictionary<string, Quota> quotas = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, double> weights = new(StringComparer.Ordinal);
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
        allocations = new AllocationQueue(settings.AgentsAllocatedAtOnce);
        Allocator = new Allocator(settings.Allocator with { Region = master.Domain?.FaultDomain?.Region.Name });
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

    public IReadOnlyDictionary<string, PooledOffer> Offers => offers;

    /// <summary>No offer that stands is older.</summary>
    public DateTimeOffset OldestOffer { get; private set; } = DateTimeOffset.MaxValue;

    /// <summary>Of roles that have one, by name.</summary>
    public IReadOnlyDictionary<string, Quota> Quotas => quotas;

    /// <summary>Of roles that were ever given one, by name.</summary>
    public IReadOnlyDictionary<string, double> Weights => weights;

    public double WeightOf(string role) => weights.GetValueOrDefault(role, 1);

    /// <summary>What went away with an unreachable agent; some of it may have been forgotten since.</summary>
    internal IReadOnlyCollection<(string FrameworkId, string TaskId)> TasksAwayWith(string agentId) => tasksAway.GetValueOrDefault(agentId) ?? [];

    /// <summary>The agents that have the address of this one, in order of their ids.</summary>
    internal IEnumerable<PooledAgent> AgentsAt(AgentInfo info) => agentAddresses.At(info).Select(id => agents[id]);

    public DateTimeOffset LastBatch { get; private set; }

    /// <summary>How far the clock on the wall is ahead of the pool's own, which nobody sets.</summary>
    public TimeSpan WallOffset { get; private set; }

    /// <summary>
    /// Commands come with times of a clock that nobody sets: durations are measured on it alone. What people, frameworks and
    /// the journal are told is the time on the wall: it may step, so nothing is measured on it.
    /// </summary>
    public DateTimeOffset OnTheWall(DateTimeOffset now) => now + WallOffset;

    private static Comparer<(DateTimeOffset LastPing, string AgentId)> PingOrder { get; } = Comparer<(DateTimeOffset LastPing, string AgentId)>.Create(
        static (left, right) => left.LastPing.CompareTo(right.LastPing) is var order and not 0 ? order : string.CompareOrdinal(left.AgentId, right.AgentId));

    /// <summary>Agents that were last pinged at that time or before, the longest ago first: a tick looks at no others.</summary>
    internal IEnumerable<PooledAgent> AgentsPingedBy(DateTimeOffset time) => pings.TakeWhile(ping => ping.LastPing <= time).Select(ping => agents[ping.AgentId]);

    private void SetLastPing(PooledAgent agent, DateTimeOffset time)
    {
        pings.Remove((agent.LastPing, agent.Id));
        agent.LastPing = time;
        pings.Add((time, agent.Id));
    }

    /// <summary>There are agents on which something may have come free since offers were last made.</summary>
    public bool HasAgentsToAllocate => !allocations.IsEmpty;

    /// <summary>Those of them that are looked at next, in order.</summary>
    public IReadOnlyList<string> AgentsToAllocate => allocations.Next;

    /// <summary>Who holds what, who refused what, whose turn it is.</summary>
    internal Allocator Allocator { get; }

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

    /// <summary>The agent that last registered from there, unless it has left the pool.</summary>
    internal PooledAgent? AgentOfWorkDirectory(string workDirectoryId) =>
        agentOfWorkDirectory.TryGetValue(workDirectoryId, out var id) ? agents.GetValueOrDefault(id) : null;
}
