using System.Globalization;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Evaluation;

/// <summary>What is left of one offer while pods are evaluated against it, and the operations that it is to be accepted with.</summary>
public sealed class OfferShare
{
    private const double MilliCpusPerCpu = 1000;
    private const string ZoneAttribute = "zone";

    private readonly SortedSet<int> ports = [];
    private readonly List<ReservedShare> reserved = [];
    private readonly List<Resource> released = [];
    private readonly List<Resource> taken = [];
    private readonly List<OfferedVolume> volumes = [];
    private readonly List<Resource> created = [];
    private readonly List<Resource> destroyed = [];

    public OfferShare(Offer offer)
    {
        Offer = offer;
        Host = offer.Url?.Address is { } address ? address.Ip is { Length: > 0 } ip ? ip : address.Hostname : offer.Hostname;
        Role = offer.AllocationInfo?.Role ?? "*";
        Attributes = offer.Attributes.Where(each => each.Text is not null || each.Scalar is not null).GroupBy(each => each.Name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First().Text?.Value ?? group.First().Scalar.Value.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal);
        Zone = offer.Domain?.FaultDomain?.Zone?.Name ?? Attributes.GetValueOrDefault(ZoneAttribute);
        foreach (var resource in offer.Resources.Where(Plain))
            Add(resource);
        volumes.AddRange(offer.Resources.Select(PodReservation.OfVolume).OfType<OfferedVolume>());
        foreach (var pod in offer.Resources.GroupBy(PodReservation.Of))
        {
            if (pod.Key is { } reservation)
                reserved.Add(new ReservedShare(reservation, [.. pod]));
        }
    }

    private OfferShare(OfferShare other)
    {
        (Offer, Host, Role, Zone, Attributes) = (other.Offer, other.Host, other.Role, other.Zone, other.Attributes);
        (MilliCpus, MemoryMebibytes, DiskMebibytes) = (other.MilliCpus, other.MemoryMebibytes, other.DiskMebibytes);
        ports.UnionWith(other.ports);
        volumes.AddRange(other.volumes);
    }

    public Offer Offer { get; }

    public string Host { get; }

    /// <summary>As people see the host wherever hosts are listed: several agents may be on one.</summary>
    public string Name => Offer.Url?.Address is { } address ? $"{Offer.Hostname}:{address.Port}" : Offer.Hostname;

    public string Role { get; }

    /// <summary>Of the host's fault domain or, where it has none, its attribute <c>zone</c>.</summary>
    public string? Zone { get; }

    public string AgentId => Offer.AgentId.Value;

    public string? AgentUrl => Offer.Url is { Address: { } address } url ? $"{url.Scheme}://{(address.Ip is { Length: > 0 } ip ? ip : address.Hostname)}:{address.Port}" : null;

    public IReadOnlyDictionary<string, string> Attributes { get; }

    /// <summary>Free of reservations, as the other amounts.</summary>
    public long MilliCpus { get; private set; }

    public long MemoryMebibytes { get; private set; }

    public long DiskMebibytes { get; private set; }

    public int FreePorts => ports.Count;

    /// <summary>What is reserved for pods and offered with the rest.</summary>
    public IReadOnlyList<ReservedShare> Reserved => reserved;

    /// <summary>Of pods, used by no task.</summary>
    public IReadOnlyList<OfferedVolume> Volumes => volumes;

    public List<TaskInfo> Launches { get; } = [];

    public bool HasReleased => released.Count > 0;

    public bool IsUsed => Operations.Any();

    /// <summary>In the order in which they build on each other.</summary>
    public IEnumerable<Offer.Types.Operation> Operations
    {
        get
        {
            if (destroyed.Count > 0)
            {
                var destroy = new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Destroy, Destroy = new Offer.Types.Operation.Types.Destroy() };
                destroy.Destroy.Volumes.Add(destroyed);
                yield return destroy;
            }
            if (released.Count > 0)
            {
                var unreserve = new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Unreserve, Unreserve = new Offer.Types.Operation.Types.Unreserve() };
                unreserve.Unreserve.Resources.Add(released);
                yield return unreserve;
            }
            if (taken.Count > 0)
            {
                var reserve = new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Reserve, Reserve = new Offer.Types.Operation.Types.Reserve() };
                reserve.Reserve.Resources.Add(taken);
                yield return reserve;
            }
            if (created.Count > 0)
            {
                var create = new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Create, Create = new Offer.Types.Operation.Types.Create() };
                create.Create.Volumes.Add(created);
                yield return create;
            }
            if (Launches.Count > 0)
            {
                var launch = new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Launch, Launch = new Offer.Types.Operation.Types.Launch() };
                launch.Launch.TaskInfos.Add(Launches);
                yield return launch;
            }
        }
    }

    /// <summary>For a trial of what fits: nothing that is done to it changes this one, and it has no operations.</summary>
    public OfferShare Copy() => new(this);

    /// <summary>
    /// Free ports, not yet taken, from a point that <paramref name="seed"/> chooses: a port that turned out to be taken on the host is not
    /// the next one tried.
    /// </summary>
    public IReadOnlyList<int> ChoosePorts(int count, int seed)
    {
        var all = ports.ToList();
        var start = all.Count == 0 ? 0 : (int)((uint)seed % (uint)all.Count);
        return [.. Enumerable.Range(0, Math.Min(count, all.Count)).Select(step => all[(start + step) % all.Count])];
    }

    public bool Has(TaskResources resources, IEnumerable<int> wanted) =>
        resources.MilliCpus <= MilliCpus && resources.MemoryMebibytes <= MemoryMebibytes && resources.DiskMebibytes <= DiskMebibytes && ports.IsSupersetOf(wanted);

    public void Take(TaskResources resources, IEnumerable<int> wanted)
    {
        MilliCpus -= resources.MilliCpus;
        MemoryMebibytes -= resources.MemoryMebibytes;
        DiskMebibytes -= resources.DiskMebibytes;
        ports.ExceptWith(wanted);
    }

    /// <summary>Reserves for a pod what is free.</summary>
    public void Reserve(PodReservation reservation, TaskResources resources, IReadOnlyList<int> wanted)
    {
        Take(resources, wanted);
        var messages = reservation.Messages(resources, wanted, Role);
        taken.AddRange(messages);
        reserved.Add(new ReservedShare(reservation, messages));
    }

    /// <summary>Gives a reservation back; what it held is free for others, and for the next pod of this turn.</summary>
    public void Release(ReservedShare share)
    {
        reserved.Remove(share);
        released.AddRange(share.Resources);
        foreach (var resource in share.Resources)
            Add(resource);
    }

    public bool Has(PodVolume volume) => volumes.Exists(offered => offered.Id == volume.Id);

    /// <summary>Makes a volume of free disk.</summary>
    public void Create(PodReservation reservation, PodVolume volume)
    {
        DiskMebibytes -= volume.Mebibytes;
        var message = reservation.Volume(volume, Role);
        taken.Add(reservation.Disk(volume.Mebibytes, Role));
        created.Add(message);
        volumes.Add(new OfferedVolume(reservation, volume.Id, message));
    }

    /// <summary>Ends a volume with all that it holds; its disk is free.</summary>
    public void Destroy(OfferedVolume volume)
    {
        volumes.Remove(volume);
        destroyed.Add(volume.Resource);
        var disk = volume.Resource.Clone();
        disk.Disk = null;
        released.Add(disk);
        Add(disk);
    }

    private void Add(Resource resource)
    {
        switch (resource.Name)
        {
            case "cpus":
                MilliCpus += (long)Math.Round(resource.Scalar.Value * MilliCpusPerCpu);
                break;
            case "mem":
                MemoryMebibytes += (long)resource.Scalar.Value;
                break;
            case "disk":
                DiskMebibytes += (long)resource.Scalar.Value;
                break;
            case "ports":
                ports.UnionWith(ReservedShare.PortsOf(resource));
                break;
        }
    }

    // Revocable resources and disks of their own need operations that no pod asks for yet.
    private static bool Plain(Resource resource) =>
        resource.Reservations.Count == 0 && resource.Reservation is null && resource.Revocable is null && resource.Disk is null && resource.Shared is null;
}
