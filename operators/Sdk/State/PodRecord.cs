using System.Text.Json.Serialization;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.State;

/// <summary>One instance of a pod for as long as the cluster has it, whatever tasks come and go.</summary>
/// <param name="Name">Such as <c>worker-0</c>.</param>
/// <param name="Type">The pod's type, such as <c>worker</c>.</param>
public sealed record PodRecord(string Name, string Type, int Index)
{
    /// <summary>Null while it has none: before it is placed, and after its place was given up.</summary>
    public PodPlace? Place { get; init; }

    /// <summary>Places given up, with reservations that are still to be released.</summary>
    public IReadOnlyList<PodPlace> Leaving { get; init; } = [];

    /// <summary>Null while it has none. They outlive the place: while the cluster is parked, and when the pod gets another place, which is on the same host.</summary>
    public PodVolumes? Volumes { get; init; }

    /// <summary>Volumes given up, which are still to be destroyed.</summary>
    public IReadOnlyList<PodVolumes> LeavingVolumes { get; init; } = [];

    /// <summary>How often its volumes were given up.</summary>
    public int VolumeGeneration { get; init; }

    /// <summary>How many times it was replaced by request.</summary>
    public int Replacements { get; init; }

    /// <summary>How often in a row the engine failed; a task that served for long ends the row.</summary>
    public int Failures { get; init; }

    /// <summary>How often in a row a host could not start it.</summary>
    public int LaunchFailures { get; init; }

    public DateTimeOffset? FailedAt { get; init; }

    public string? FailureReason { get; init; }

    public DateTimeOffset? FirstLaunchedAt { get; init; }

    /// <summary>The target for which it was launched first.</summary>
    public int FirstTarget { get; init; }

    /// <summary>When it was complete for the first time.</summary>
    public DateTimeOffset? FirstReadyAt { get; init; }

    /// <summary>Something on a host is held for it, or is still to be given back.</summary>
    [JsonIgnore]
    public bool HoldsHost => Place is not null || Volumes is not null || LeavingHosts.Any();

    /// <summary>Hosts that are still to give something back.</summary>
    [JsonIgnore]
    public IEnumerable<(string AgentId, string Host)> LeavingHosts =>
        Leaving.Select(place => (place.AgentId, place.Host)).Concat(LeavingVolumes.Select(volumes => (volumes.AgentId, volumes.Host)));
}

/// <summary>What is reserved for a pod on a host, so that it finds its place and its ports again.</summary>
/// <param name="Zone">The host's zone; null when it has none.</param>
/// <param name="Reserved">Of all its tasks together.</param>
/// <param name="Ports">Of each task by its name: the ports by their names.</param>
public sealed record PodPlace(
    string AgentId, string Host, string? AgentUrl, string? Zone, TaskResources Reserved, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Ports, DateTimeOffset Since)
{
    public IEnumerable<int> AllPorts => Ports.Values.SelectMany(ports => ports.Values);
}
