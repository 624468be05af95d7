using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Evaluation;

/// <summary>What an offer holds of one pod's reservation.</summary>
public sealed class ReservedShare
{
    private const double MilliCpusPerCpu = 1000;

    public ReservedShare(PodReservation reservation, IReadOnlyList<Resource> resources)
    {
        (Reservation, Resources) = (reservation, resources);
        Amounts = new TaskResources((long)Math.Round(Sum("cpus") * MilliCpusPerCpu), (long)Sum("mem"), (long)Sum("disk"));
        Ports = [.. resources.Where(resource => resource.Name == "ports").SelectMany(PortsOf).Order()];
    }

    public PodReservation Reservation { get; }

    public IReadOnlyList<Resource> Resources { get; }

    public TaskResources Amounts { get; }

    public IReadOnlyList<int> Ports { get; }

    public static IEnumerable<int> PortsOf(Resource resource)
    {
        foreach (var range in resource.Ranges.Range)
            for (var port = range.Begin; port <= range.End && port <= ushort.MaxValue; port++)
                yield return (int)port;
    }

    private double Sum(string name) => Resources.Where(resource => resource.Name == name).Sum(resource => resource.Scalar.Value);
}
