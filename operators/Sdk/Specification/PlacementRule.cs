namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>Says why a host may not take a pod, or null when it may.</summary>
/// <param name="Name">For people, such as <c>one broker a host</c>.</param>
public sealed record PlacementRule(string Name, Func<PlacementCandidate, string?> WhyNot)
{
    /// <summary>At most <paramref name="count"/> instances of the pod on one host.</summary>
    public static PlacementRule AtMostOnOneHost(int count) => new(
        $"at most {count} on one host",
        candidate => candidate.SameTypeHere < count ? null : $"{candidate.SameTypeHere} of {candidate.PodType} run here already, at most {count} may");

    /// <summary>Only hosts whose attribute has this value.</summary>
    public static PlacementRule Attribute(string name, string value) => new(
        $"{name} is {value}",
        candidate => candidate.Attributes.TryGetValue(name, out var found)
            ? found == value ? null : $"the host's {name} is {found}, not {value}"
            : $"the host has no attribute {name}");
}

/// <param name="SameTypeHere">Living instances of the same pod on that host.</param>
public sealed record PlacementCandidate(string PodType, string Host, IReadOnlyDictionary<string, string> Attributes, int SameTypeHere);
