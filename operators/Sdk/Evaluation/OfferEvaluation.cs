using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Evaluation;

/// <summary>The stages that an offer passes before it takes a pod: placement, resources, ports. Pure.</summary>
public static class OfferEvaluation
{
    public const string PlacementStage = "placement";
    public const string ResourcesStage = "resources";
    public const string PortsStage = "ports";
    public const string CommandStage = "command";

    private static readonly Func<OfferShare, PodSpecification, PlacementCandidate, Refusal?>[] Stages = [Placement, Resources, Ports];

    /// <param name="candidate">The offer's host, and what of the cluster is there.</param>
    /// <returns>The first stage's refusal; null when the pod fits.</returns>
    public static Refusal? WhyNot(OfferShare offer, PodSpecification pod, PlacementCandidate candidate)
    {
        foreach (var stage in Stages)
        {
            if (stage(offer, pod, candidate) is { } refusal)
                return refusal;
        }
        return null;
    }

    private static Refusal? Placement(OfferShare offer, PodSpecification pod, PlacementCandidate candidate)
    {
        var reasons = pod.Placement.Select(rule => rule.WhyNot(candidate)).OfType<string>().ToList();
        return reasons.Count == 0 ? null : new Refusal(PlacementStage, string.Join("; ", reasons));
    }

    private static Refusal? Resources(OfferShare offer, PodSpecification pod, PlacementCandidate candidate)
    {
        var asked = pod.Resources;
        var reasons = new List<string>(3);
        if (asked.MilliCpus > offer.MilliCpus)
            reasons.Add($"cpus: {Cpus(asked.MilliCpus)} asked, {Cpus(offer.MilliCpus)} free");
        if (asked.MemoryMebibytes > offer.MemoryMebibytes)
            reasons.Add($"mem: {asked.MemoryMebibytes} MiB asked, {offer.MemoryMebibytes} MiB free");
        if (asked.DiskMebibytes > offer.DiskMebibytes)
            reasons.Add($"disk: {asked.DiskMebibytes} MiB asked, {offer.DiskMebibytes} MiB free");
        return reasons.Count == 0 ? null : new Refusal(ResourcesStage, string.Join("; ", reasons));
    }

    private static Refusal? Ports(OfferShare offer, PodSpecification pod, PlacementCandidate candidate)
    {
        return pod.PortCount <= offer.FreePorts ? null : new Refusal(PortsStage, $"{pod.PortCount} ports asked, {offer.FreePorts} free");
    }

    private static string Cpus(long milliCpus) => (milliCpus / 1000m).ToString("0.###", System.Globalization.CultureInfo.InvariantCulture);
}
