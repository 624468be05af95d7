using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Evaluation;

/// <summary>For which pod something is reserved, as the labels of the reservation say.</summary>
/// <param name="ClusterId">Never used again, so that a later cluster of the same name does not take the reservation for its own.</param>
/// <param name="Principal">Who reserved it; null without credentials.</param>
public sealed record PodReservation(string ClusterId, string Pod, string? Principal)
{
    private const string ClusterLabel = "cluster";
    private const string PodLabel = "pod";
    private const double MilliCpusPerCpu = 1000;

    /// <summary>Null for what no scheduler of this Sdk has reserved.</summary>
    public static PodReservation? Of(Resource resource)
    {
        return resource.Disk is null ? OfLabels(resource) : null;
    }

    /// <summary>Null for what is no volume, and for one that no scheduler of this Sdk has made.</summary>
    public static OfferedVolume? OfVolume(Resource resource) =>
        resource.Disk is { Persistence: { } persistence, Source: null } && OfLabels(resource) is { } reservation ? new OfferedVolume(reservation, persistence.Id, resource) : null;

    private static PodReservation? OfLabels(Resource resource)
    {
        if (resource.Reservations.Count != 1 || resource.Revocable is not null || resource.Shared is not null)
            return null;
        var reservation = resource.Reservations[0];
        return reservation.Labels.Find(ClusterLabel) is { } cluster && reservation.Labels.Find(PodLabel) is { } pod
            ? new PodReservation(cluster, pod, reservation.HasPrincipal ? reservation.Principal : null)
            : null;
    }

    /// <summary>The resources as the master is told of them, for RESERVE and for the tasks that run on them.</summary>
    public IReadOnlyList<Resource> Messages(TaskResources resources, IEnumerable<int> ports, string role)
    {
        var messages = new List<Resource>(4);
        Add("cpus", resources.MilliCpus / MilliCpusPerCpu);
        Add("mem", resources.MemoryMebibytes);
        Add("disk", resources.DiskMebibytes);
        var ranges = ports.Order().Select(port => new Value.Types.Range { Begin = (ulong)port, End = (ulong)port }).ToList();
        if (ranges.Count > 0)
        {
            var message = Reserved("ports", Value.Types.Type.Ranges, role);
            message.Ranges = new Value.Types.Ranges();
            message.Ranges.Range.Add(ranges);
            messages.Add(message);
        }
        return messages;

        void Add(string name, double amount)
        {
            if (amount <= 0)
                return;
            var message = Reserved(name, Value.Types.Type.Scalar, role);
            message.Scalar = new Value.Types.Scalar { Value = amount };
            messages.Add(message);
        }
    }

    /// <summary>Disk that is to become a volume, or was one.</summary>
    public Resource Disk(long mebibytes, string role)
    {
        var message = Reserved("disk", Value.Types.Type.Scalar, role);
        message.Scalar = new Value.Types.Scalar { Value = mebibytes };
        return message;
    }

    public Resource Volume(PodVolume volume, string role)
    {
        var message = Disk(volume.Mebibytes, role);
        message.Disk = new Resource.Types.DiskInfo
        {
            Persistence = new Resource.Types.DiskInfo.Types.Persistence { Id = volume.Id },
            Volume = new Volume { Mode = Core.Protocol.Mesos.Volume.Types.Mode.Rw, ContainerPath = volume.Path },
        };
        if (Principal is not null)
            message.Disk.Persistence.Principal = Principal;
        return message;
    }

    private Resource Reserved(string name, Value.Types.Type type, string role)
    {
        var labels = new Labels();
        labels.Labels_.Add(new Label { Key = ClusterLabel, Value = ClusterId });
        labels.Labels_.Add(new Label { Key = PodLabel, Value = Pod });
        var reservation = new Resource.Types.ReservationInfo { Type = Resource.Types.ReservationInfo.Types.Type.Dynamic, Role = role, Labels = labels };
        if (Principal is not null)
            reservation.Principal = Principal;
        var message = new Resource { Name = name, Type = type, AllocationInfo = new Resource.Types.AllocationInfo { Role = role } };
        message.Reservations.Add(reservation);
        return message;
    }
}
