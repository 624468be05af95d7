using System.Text.Json.Serialization;

namespace DataPlatform.Core.Client.ControlPlane;

/// <summary>Where a cluster stands, as people see it.</summary>
public enum ClusterState { Pending, Starting, Ready, Degraded, Deleting, Deleted, Failed, Parking, Parked }

/// <summary>Where a step, phase or plan stands.</summary>
public enum StepState { Pending, Preparing, Starting, Complete, Failed }

/// <summary>One launched service in a list.</summary>
/// <param name="Id">Unique for ever; names may be used again after deletion.</param>
/// <param name="Reason">What the state waits for or why it failed; null when nothing is to be said.</param>
/// <param name="ExpiresAt">When the lifetime ends and the platform deletes the cluster.</param>
public sealed record ClusterSummary(
    string Id, string Name, string Package, string Version, string Owner, ClusterState State, string? Reason,
    DateTimeOffset CreatedAt, DateTimeOffset? ReadyAt, DateTimeOffset ExpiresAt, AmountsView Reserved)
{
    /// <summary>The blueprint that it belongs to; null for a cluster on its own.</summary>
    public string? Blueprint { get; init; }

    /// <summary>Where its first page is opened, at the console's address; null while it has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Page { get; init; }

    /// <summary>What it does or did last; null where nothing is said of it, such as while it is parked.</summary>
    public ActivityView? Activity { get; init; }
}

/// <summary>What a cluster does, as evidence for whether it is idle.</summary>
/// <param name="Of">Of what: <c>3 jobs</c> of one that is busy, else what it did last; null when that is not known.</param>
/// <param name="LastAt">When it last did something.</param>
/// <param name="Reason">Why nothing is proved, so that it counts as busy; null when something is.</param>
public sealed record ActivityView(ActivityState State, string? Of, DateTimeOffset? LastAt, string? Reason);

/// <summary>Who is not proved to be idle is busy: <see cref="Unknown"/> counts as <see cref="Busy"/>.</summary>
public enum ActivityState { Idle, Busy, Unknown }

/// <summary>Everything people see of one cluster.</summary>
public sealed record ClusterDetail(
    ClusterSummary Summary, IReadOnlyDictionary<string, string> Options, IReadOnlyList<PlanView> Plans, IReadOnlyList<TaskView> Tasks,
    IReadOnlyList<EndpointView> Endpoints, IReadOnlyList<SnippetView> Snippets, IReadOnlyList<PlacementReason> Waiting)
{
    /// <summary>What happened to the cluster, oldest first. Events are only added to.</summary>
    public IReadOnlyList<EventView> Events { get; init; } = [];

    /// <summary>The number of the target that is wanted; from 1, one more with each change.</summary>
    public int Target { get; init; } = 1;

    /// <summary>Clusters that it needs, beside those that its options name.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>No further step of a plan is begun.</summary>
    public bool IsPaused { get; init; }

    /// <summary>What it was asked to do while it serves, oldest first; the last twenty.</summary>
    public IReadOnlyList<OperationView> Operations { get; init; } = [];

    /// <summary>What of it stays on hosts whatever becomes of its tasks.</summary>
    public IReadOnlyList<VolumeView> Volumes { get; init; } = [];

    /// <summary>What its engine says of itself, each running instance for itself.</summary>
    public IReadOnlyList<FactView> Facts { get; init; } = [];

    /// <summary>What its engine tells in rows to those who ask, here without the rows.</summary>
    public IReadOnlyList<TableView> Tables { get; init; } = [];
}

/// <summary>One thing that one instance of an engine says of itself.</summary>
/// <param name="Title">For people; the same for all instances.</param>
/// <param name="Value">Null while it is not known.</param>
/// <param name="WhyNot">Why it is not known; null when it is.</param>
/// <param name="IsHealthy">Null where nothing is said about what it should be, or it is not known.</param>
/// <param name="Healthy">What it should be, in words; null where nothing is said about it.</param>
/// <param name="At">When it was said; null before it was heard.</param>
public sealed record FactView(string Pod, string Name, string Title, string? Value, string? WhyNot, bool? IsHealthy, string? Healthy, DateTimeOffset? At);

/// <summary>Data of a pod on a host; it ends with the cluster.</summary>
/// <param name="Name">Within the pod.</param>
public sealed record VolumeView(string Pod, string Name, string Host, long Mebibytes);

/// <param name="Number">From 1, without gaps.</param>
/// <param name="Subject">The pod or task that it is about; empty for the whole cluster.</param>
public sealed record EventView(long Number, DateTimeOffset At, string Subject, string Text);

public sealed record PlanView(string Name, StepState State, IReadOnlyList<PhaseView> Phases);

public sealed record PhaseView(string Name, string Strategy, StepState State, IReadOnlyList<StepView> Steps);

/// <param name="WaitingFor">The reason why the step is not complete yet; null when it is.</param>
public sealed record StepView(string Name, StepState State, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, string? WaitingFor)
{
    /// <summary>What people must know of how it was done, such as what stands in for what can't be had; null when it was done as usual.</summary>
    public string? Note { get; init; }
}

/// <summary>A task of a cluster, present or past.</summary>
/// <param name="Name">Stable within the cluster, such as <c>worker-0</c>.</param>
/// <param name="State">Mesos's name of the state, such as <c>TASK_RUNNING</c>.</param>
/// <param name="Ports">Named ports and the host ports that they got.</param>
public sealed record TaskView(
    string Name, string TaskId, string State, string? Message, string? Host, string? AgentId, string? AgentUrl, AmountsView Resources,
    IReadOnlyDictionary<string, int> Ports, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, bool Ready);

/// <summary>A way into the cluster. <paramref name="ProxyPath"/> is set for web pages that open through the console.</summary>
/// <param name="Landing">Where people begin, relative to <paramref name="ProxyPath"/>.</param>
public sealed record EndpointView(string Name, string Title, string Url, string? ProxyPath, string Landing = "")
{
    /// <summary>In which language it answers questions of the platform: <see cref="PromQl"/> about what was measured, or <see cref="Files"/>; null when it does not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Answers { get; init; }

    /// <summary>Where people begin, at the console's address; null for what is no page.</summary>
    [JsonIgnore]
    public string? Page => ProxyPath is null ? null : $"{ProxyPath.TrimEnd('/')}/{Landing}";

    public const string PromQl = "promql";

    /// <summary>A folder of files, over HTTP.</summary>
    public const string Files = "files";
}

/// <summary>Text to paste: how to connect with one tool.</summary>
public sealed record SnippetView(string Title, string Language, string Text);

/// <summary>Why one offer or host did not take one pod.</summary>
/// <param name="Stage">The stage of offer evaluation that refused, such as <c>resources</c> or <c>ports</c>.</param>
public sealed record PlacementReason(string Pod, string Host, string Stage, string Reason, DateTimeOffset At);

/// <summary>Amounts of resources. <paramref name="MilliCpus"/> in thousandths of a core, the others in MiB.</summary>
public sealed record AmountsView(long MilliCpus, long MemoryMebibytes, long DiskMebibytes);
