using DataPlatform.Core.Allocation;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>What the pool knows of one framework. Changed by <see cref="PoolState.Apply"/> alone.</summary>
public sealed class PooledFramework
{
    private readonly HashSet<FrameworkInfo.Types.Capability.Types.Type> capabilities = [];

    internal PooledFramework(FrameworkInfo info, DateTimeOffset since, bool recovered)
    {
        Id = info.Id.Value;
        Info = info;
        IsRecovered = recovered;
        DisconnectedTime = since;
        Take(info);
    }

    public string Id { get; }

    public FrameworkInfo Info { get; private set; }

    /// <summary>In the order in which the framework named them.</summary>
    public IReadOnlyList<string> Roles { get; private set; } = [];

    /// <summary>Null while the framework is away.</summary>
    public string? StreamId { get; internal set; }

    public bool IsConnected => StreamId is not null;

    /// <summary>Known from the journal or an agent; it has not subscribed to this master yet.</summary>
    public bool IsRecovered { get; internal set; }

    public DateTimeOffset? RegisteredTime { get; internal set; }

    public DateTimeOffset? ReregisteredTime { get; internal set; }

    public DateTimeOffset? UnregisteredTime { get; internal set; }

    /// <summary>Since when it is away, on the pool's own clock; meaningless while it is connected.</summary>
    public DateTimeOffset DisconnectedTime { get; internal set; }

    /// <summary>How many tasks it could ask the state of at <see cref="LastReconciliation"/>; null when it never asked.</summary>
    public long? ReconciliationsLeft { get; internal set; }

    public DateTimeOffset LastReconciliation { get; internal set; }

    public IReadOnlySet<string> SuppressedRoles => Suppressed;

    /// <summary>Tasks on agents, those included whose terminal update is not acknowledged; by task id.</summary>
    public IReadOnlyDictionary<string, PooledTask> Tasks => LiveTasks;

    /// <summary>The newest last.</summary>
    public IReadOnlyCollection<TaskRecord> CompletedTasks => Completed;

    /// <summary>Tasks that went away with their agents, by task id.</summary>
    public IReadOnlyDictionary<string, TaskRecord> UnreachableTasks => Unreachable;

    /// <summary>
    /// Tasks whose end the master itself found, such as a launch that was lost on the way to its agent; by task id, the
    /// oldest first. That news is not repeated by anybody, so whoever asks is told again.
    /// </summary>
    public IReadOnlyDictionary<string, TaskRecord> TasksEndedByMaster => EndedByMaster;

    public bool IsPartitionAware => Has(FrameworkInfo.Types.Capability.Types.Type.PartitionAware);

    public bool IsMultiRole => Has(FrameworkInfo.Types.Capability.Types.Type.MultiRole);

    /// <summary>Which agents it wants; null for all.</summary>
    public OfferConstraints? OfferConstraints { get; private set; }

    /// <summary>What decides which offers it can deal with.</summary>
    internal FrameworkTraits Traits { get; private set; } = FrameworkTraits.Plain;

    /// <summary>How reservations are told to it.</summary>
    public ResourceFormat ResourceFormat => Has(FrameworkInfo.Types.Capability.Types.Type.ReservationRefinement)
        ? ResourceFormat.Refined
        : ResourceFormat.WithRole;

    internal HashSet<string> Suppressed { get; } = [];

    internal Dictionary<string, PooledTask> LiveTasks { get; } = [];

    internal Dictionary<(string AgentId, string ExecutorId), PooledExecutor> LiveExecutors { get; } = [];

    internal Dictionary<string, PooledOffer> OutstandingOffers { get; } = [];

    internal Dictionary<string, PooledInverseOffer> InverseOffers { get; } = [];

    internal Queue<TaskRecord> Completed { get; } = new();

    internal OrderedDictionary<string, TaskRecord> Unreachable { get; } = [];

    internal OrderedDictionary<string, TaskRecord> EndedByMaster { get; } = [];

    public bool Has(FrameworkInfo.Types.Capability.Types.Type capability) => capabilities.Contains(capability);

    /// <summary>A framework may be away for so long; whoever gives no sensible limit may not be away at all.</summary>
    public TimeSpan FailoverTimeout => FrameworkRules.FailoverTimeout(Info);

    internal void Take(FrameworkInfo info)
    {
        Info = info;
        Roles = FrameworkRules.RolesOf(info);
        capabilities.Clear();
        capabilities.UnionWith(info.Capabilities.Select(capability => capability.Type));
        Traits = FrameworkRules.TraitsOf(info) with { Constraints = Traits.Constraints };
    }

    internal void Constrain(OfferConstraints? constraints)
    {
        OfferConstraints = constraints;
        Traits = Traits with
        {
            Constraints = AgentConstraints.TryRead(constraints, out var read, out var reason) ? read : throw new FormatException(reason),
        };
    }
}
