namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>Says why a host may not take a pod, or null when it may.</summary>
/// <param name="Name">For people, such as <c>one broker a host</c>.</param>
public sealed record PlacementRule(string Name, Func<PlacementCandidate, string?> WhyNot)
{
    /// <summary>At most <paramref name="count"/> instances of the pod on one host.</summary>
    public static PlacementRule AtMostOnOneHost(int count) => new(
        $"at most {count} on one host",
        candidate => candidate.SameTypeHere < count ? null : $"{candidate.SameTypeHere} of {candidate.PodType} run here already, at most {count} may");

    /// <summary>At most <paramref name="count"/> instances of the pod in one zone. A host without a zone refuses.</summary>
    public static PlacementRule AtMostInOneZone(int count) => new(
        $"at most {count} in one zone",
        candidate => candidate.Zone is not { } zone ? "the host is in no zone"
            : candidate.Pods.Count(pod => pod.Type == candidate.PodType && pod.Zone == zone) is var there && there < count ? null
            : $"{there} of {candidate.PodType} are in the zone {zone} already, at most {count} may");

    /// <summary>Only hosts whose attribute has this value.</summary>
    public static PlacementRule Attribute(string name, string value) => new(
        $"{name} is {value}",
        candidate => candidate.Attributes.TryGetValue(name, out var found)
            ? found == value ? null : $"the host's {name} is {found}, not {value}"
            : $"the host has no attribute {name}");

    /// <summary>On no host where an instance of another pod is.</summary>
    public static PlacementRule AwayFrom(string type) => new(
        $"away from {type}",
        candidate => candidate.Pods.FirstOrDefault(pod => pod.Type == type && pod.AgentId == candidate.AgentId) is { } other ? $"{other.Name} is here" : null);

    /// <summary>Only on a host where an instance of another pod is.</summary>
    public static PlacementRule Near(string type) => new(
        $"near {type}",
        candidate => candidate.Pods.Any(pod => pod.Type == type && pod.AgentId == candidate.AgentId) ? null : $"no {type} is here");
}

/// <param name="SameTypeHere">Instances of the same pod that have their place on that host.</param>
public sealed record PlacementCandidate(string PodType, string Host, IReadOnlyDictionary<string, string> Attributes, int SameTypeHere)
{
    public string AgentId { get; init; } = "";

    /// <summary>Null when the host has none.</summary>
    public string? Zone { get; init; }

    /// <summary>The pod's volumes are there already.</summary>
    public bool HasVolumes { get; init; }

    /// <summary>All other pods of the cluster that have a place, or volumes that hold them to a host.</summary>
    public IReadOnlyList<PlacedPod> Pods { get; init; } = [];
}

/// <param name="Zone">Null when its host has none.</param>
public sealed record PlacedPod(string Name, string Type, string AgentId, string? Zone);
