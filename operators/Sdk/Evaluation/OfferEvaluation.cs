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
        var asked = candidate.HasVolumes ? pod.Resources : pod.WithVolumes;
        (string What, long Asked, long Free, Func<long, string> Text)[] amounts =
        [
            ("cpus", asked.MilliCpus, offer.MilliCpus, Cpus),
            ("MiB of memory", asked.MemoryMebibytes, offer.MemoryMebibytes, Whole),
            ("MiB of disk", asked.DiskMebibytes, offer.DiskMebibytes, Whole),
        ];
        return Lacking(ResourcesStage, [.. amounts.Where(amount => amount.Asked > amount.Free)]);
    }

    private static Refusal? Ports(OfferShare offer, PodSpecification pod, PlacementCandidate candidate) =>
        Lacking(PortsStage, pod.PortCount <= offer.FreePorts ? [] : [("ports", pod.PortCount, offer.FreePorts, Whole)]);

    private static Refusal? Lacking(string stage, IReadOnlyList<(string What, long Asked, long Free, Func<long, string> Text)> amounts) => amounts.Count == 0 ? null
        : new Refusal(stage, $"it lacks {string.Join(" and ", amounts.Select(amount => $"{amount.Text(amount.Asked - amount.Free)} {amount.What} ({amount.Text(amount.Asked)} asked, {amount.Text(amount.Free)} free)"))}")
        {
            Miss = amounts.Sum(amount => (amount.Asked - amount.Free) * 1000 / amount.Asked),
        };

    private static string Whole(long amount) => amount.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Cpus(long milliCpus) => (milliCpus / 1000m).ToString("0.###", System.Globalization.CultureInfo.InvariantCulture);
}
