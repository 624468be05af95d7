namespace DataPlatform.Core.Client.ControlPlane;

/// <summary>Why pods of a cluster wait: <c>GET /api/v1/clusters/{name}/why</c>.</summary>
/// <param name="Reason">What the cluster's state waits for or why it failed; null when nothing is to be said.</param>
/// <param name="Pods">Those that are wanted and have no task.</param>
public sealed record ClusterWhy(string Cluster, ClusterState State, string? Reason, IReadOnlyList<PodWhy> Pods)
{
    /// <summary>What it waits for, in one sentence: of a host the one that comes nearest, and what it lacks.</summary>
    public string Sentence { get; init; } = "";

    /// <summary>The cluster that gets its places before this one, while it waits its turn; null while it does not.</summary>
    public string? WaitsForTurnOf { get; init; }

    /// <summary>The one thing to do; null when there is nothing to do.</summary>
    public string? ToDo { get; init; }
}

/// <summary>Why one pod waits.</summary>
/// <param name="Asked">What it asks of one host.</param>
/// <param name="WaitsFor">Why it may not be launched now, whatever is offered; null when it waits for an offer that takes it.</param>
/// <param name="Refusals">Offers that its operator looked at, and why they did not take it.</param>
/// <param name="Pool">What the master says; null when it was not asked.</param>
/// <param name="NotAsked">Why the master was not asked, or did not answer.</param>
public sealed record PodWhy(
    string Pod, IReadOnlyList<string> Tasks, AmountsView Asked, int Ports, string? WaitsFor, IReadOnlyList<PlacementReason> Refusals, PoolWhy? Pool, string? NotAsked);

/// <summary>Why a framework gets no offer that holds so much: <c>GET /api/v1/pool/why</c>.</summary>
/// <param name="Asked">Such as <c>cpus:2;mem:1024</c>; null for whatever offers hold at least.</param>
/// <param name="SearchedAll">False when the master's search for changes ended at its bound: there may be others.</param>
public sealed record PoolWhy(
    string FrameworkId, string Framework, string Role, string? Asked, int Hosts, IReadOnlyList<HostsReason> Reasons, IReadOnlyList<WhyChange> Changes,
    bool SearchedAll);

/// <summary>So many hosts for the same reason.</summary>
/// <param name="Kind">Such as <c>TOO_LITTLE</c>; <c>FITS</c> and <c>OFFERED</c> are none to wait.</param>
/// <param name="Examples">The first few, with amounts, names and times.</param>
public sealed record HostsReason(string Kind, string Reason, int Hosts, IReadOnlyList<HostReason> Examples);

public sealed record HostReason(string Host, string AgentId, string Reason);

/// <summary>Something that would by itself let it have such an offer.</summary>
/// <param name="Kind">Such as <c>TASKS_END_SOONEST</c>.</param>
/// <param name="At">When it comes by itself; null when somebody must do it.</param>
public sealed record WhyChange(string Kind, string Text, string? Host, DateTimeOffset? At)
{
    /// <summary>It lets all pods have places that get theirs together; else the one that was asked after.</summary>
    public bool LetsAllFit { get; init; }

    /// <summary>Those that would have to end or be parked, with what that frees; null when no cluster would.</summary>
    public IReadOnlyList<WhyCluster>? Clusters { get; init; }
}

/// <param name="IdleSince">Null for one that does something, or of which that is not known.</param>
public sealed record WhyCluster(string Name, string Owner, AmountsView Reserved, DateTimeOffset? IdleSince);
