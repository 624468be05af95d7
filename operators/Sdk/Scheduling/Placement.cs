using DataPlatform.Operators.Sdk.Evaluation;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>Finds places for several pods together: for all of them, or for none. Pure.</summary>
internal sealed class Placement(IReadOnlyList<OfferShare> offered, ClusterWork cluster, AvoidedHosts avoided, DateTimeOffset now)
{
    private readonly List<(string Pod, string Host, Refusal Refusal)> refusals = [];

    /// <summary>Of the first pod for which nothing was found, why each host refused it.</summary>
    public IReadOnlyList<(string Pod, string Host, Refusal Refusal)> Refusals => refusals;

    /// <returns>Null when they do not all fit.</returns>
    public IReadOnlyList<(PodInstance Instance, OfferShare Share)>? Find(IReadOnlyList<PodInstance> pods)
    {
        var bySize = pods.OrderByDescending(pod => pod.Pod.Resources.MemoryMebibytes).ThenByDescending(pod => pod.Pod.Resources.MilliCpus).ToList();
        // Spread is better for the cluster; packed finds room where spread leaves holes too small.
        return Try(pods, Emptiest, note: true) ?? Try(bySize, Emptiest, note: false) ?? Try(bySize, Fullest, note: false);
    }

    private List<(PodInstance, OfferShare)>? Try(IReadOnlyList<PodInstance> pods, Func<IEnumerable<OfferShare>, IEnumerable<OfferShare>> order, bool note)
    {
        var left = offered.ToDictionary(share => share.Copy(), share => share);
        var placed = cluster.Pods.Values.Select(Placed).OfType<PlacedPod>().ToList();
        var found = new List<(PodInstance, OfferShare)>();
        foreach (var pod in pods)
        {
            OfferShare? chosen = null;
            var volumes = cluster.Record(pod).Volumes is { IsUsed: true } used ? used : null;
            var others = placed.Where(other => other.Name != pod.Name).ToList();
            var reasons = new List<(string, string, Refusal)>();
            foreach (var share in order(left.Keys))
            {
                var candidate = new PlacementCandidate(pod.Pod.Type, share.Host, share.Attributes, others.Count(other => other.AgentId == share.AgentId && other.Type == pod.Pod.Type))
                {
                    AgentId = share.AgentId, Zone = share.Zone, Pods = others, HasVolumes = volumes is not null,
                };
                var refusal = (WhyNot(volumes, pod.Name, share) ?? avoided.WhyNot(share.AgentId, now)) is { } reason
                    ? new Refusal(OfferEvaluation.PlacementStage, reason)
                    : OfferEvaluation.WhyNot(share, pod.Pod, candidate);
                if (refusal is null)
                {
                    chosen = share;
                    break;
                }
                reasons.Add((pod.Name, share.Name, refusal));
            }
            if (chosen is null)
            {
                if (note)
                    refusals.AddRange(reasons);
                return null;
            }
            chosen.Take(volumes is null ? pod.Pod.WithVolumes : pod.Pod.Resources, chosen.ChoosePorts(pod.Pod.PortCount, 0));
            placed.RemoveAll(other => other.Name == pod.Name);
            placed.Add(new PlacedPod(pod.Name, pod.Pod.Type, chosen.AgentId, chosen.Zone));
            found.Add((pod, left[chosen]));
        }
        return found;
    }

    private static PlacedPod? Placed(PodRecord record) => record switch
    {
        { Place: { } place } => new PlacedPod(record.Name, record.Type, place.AgentId, place.Zone),
        { Volumes: { IsUsed: true } volumes } => new PlacedPod(record.Name, record.Type, volumes.AgentId, volumes.Zone),
        _ => null,
    };

    /// <summary>A pod goes where its volumes are, and nowhere else.</summary>
    private string? WhyNot(PodVolumes? volumes, string pod, OfferShare share) =>
        volumes is null ? null
        : volumes.AgentId != share.AgentId ? $"{pod} has its data on {volumes.Host}; without it: dp replace {cluster.Wanted!.Name} {pod}"
        : volumes.Volumes.FirstOrDefault(volume => !share.Has(volume)) is { } missing ? $"its volume {missing.Name} is not there any more; without what it held: dp replace {cluster.Wanted!.Name} {pod}"
        : null;

    private static IEnumerable<OfferShare> Emptiest(IEnumerable<OfferShare> shares) =>
        shares.OrderByDescending(share => share.MilliCpus).ThenByDescending(share => share.MemoryMebibytes).ThenBy(share => share.AgentId, StringComparer.Ordinal).ToList();

    private static IEnumerable<OfferShare> Fullest(IEnumerable<OfferShare> shares) =>
        shares.OrderBy(share => share.MemoryMebibytes).ThenBy(share => share.MilliCpus).ThenBy(share => share.AgentId, StringComparer.Ordinal).ToList();
}
