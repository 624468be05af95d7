using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;

namespace DataPlatform.Simulation.Tests;

/// <summary>The resources of one volume in each of its states, small and large, and the operations between these.</summary>
internal sealed class VolumeKinds
{
    private const string Owner = "owner";
    private const int Large = 100;
    private const int Small = 60;

    private readonly string role;
    private readonly string label;

    public VolumeKinds(string name, string owner, string role, bool isShared)
    {
        (IsShared, this.role, label) = (isShared, role, $"{owner}/{name}");
        Reservation layer = new(ReservationType.Dynamic, role, null, [new ReservationLabel(Owner, label)]);
        var disk = new Resource.Types.DiskInfo
        {
            // One that is torn down leaves its volumes, and others of its role would choose the same ids.
            Persistence = new() { Id = $"{owner}-{name}" }, Volume = new() { ContainerPath = "data", Mode = Core.Protocol.Mesos.Volume.Types.Mode.Rw },
        };
        var cpus = Of(new ResourceKind("cpus", reservations: [layer]), 1);
        var plain = new ResourceKind("disk", reservations: [layer]);
        var volume = new ResourceKind("disk", reservations: [layer], disk: disk, shared: isShared);
        Reserved = ResourceBag.Of(cpus, Of(plain, Large));
        Created = ResourceBag.Of(cpus, Of(volume, Large));
        Shrunk = ResourceBag.Of(cpus, Of(volume, Small), Of(plain, Large - Small));
        Reserve = new ResourceConversion(ResourceBag.Of(Of(ResourceKind.Plain("cpus"), 1), Of(ResourceKind.Plain("disk"), Large)), Reserved);
        Create = new ResourceConversion(Disk(Reserved), Disk(Created));
        Shrink = new ResourceConversion(Disk(Created), Disk(Shrunk));
    }

    /// <summary>Several tasks may use it at once; it keeps the size it has.</summary>
    public bool IsShared { get; }

    public ResourceBag Reserved { get; }

    public ResourceBag Created { get; }

    public ResourceBag Shrunk { get; }

    public ResourceConversion Reserve { get; }

    public ResourceConversion Create { get; }

    public ResourceConversion Shrink { get; }

    /// <summary>Of the volume as large as it is.</summary>
    public static ResourceConversion Destroy(ResourceBag held) => new(Volumes(held), ResourceBag.Of(Volumes(held).Select(static entry => entry with { Kind = entry.Kind.WithoutVolume() })));

    /// <summary>What a task needs that uses it; of what is reserved for a shared one each has the volume alone.</summary>
    public ResourceBag Task(ResourceBag held) =>
        held.Where(entry => (entry.Kind.Name == "cpus" && !IsShared) || entry.Kind.IsPersistentVolume).Add(ResourceBag.Of(Of(ResourceKind.Plain("mem"), 32)));

    /// <summary>Which life of a volume the task belongs to; null for one without a volume.</summary>
    public static string? LifeOf(TaskInfo task) => task.Labels?.Labels_.FirstOrDefault(each => each.Key == "life")?.Value;

    /// <param name="conversion">What it does.</param>
    public Offer.Types.Operation Message(OperationType type, ResourceConversion conversion, string? id) =>
        Message(type, type is OperationType.Reserve or OperationType.Create ? conversion.Converted : conversion.Consumed, id);

    /// <summary>Gives back, without asking how that ends, what of it lies where it should not: a failed operation may leave it.</summary>
    public IEnumerable<Offer.Types.Operation> Stray(ResourceBag free)
    {
        var stray = Own(free);
        var volumes = Volumes(stray);
        if (!volumes.IsEmpty)
            yield return Message(OperationType.Destroy, volumes, null);
        if (!stray.IsEmpty)
            yield return Message(OperationType.Unreserve, ResourceBag.Of(stray.Select(static entry => entry with { Kind = entry.Kind.WithoutVolume() })), null);
    }

    /// <summary>Destroys, without asking how that ends, a volume of that name where another is to be.</summary>
    public IEnumerable<Offer.Types.Operation> Former(ResourceBag free)
    {
        if (Volumes(Own(free)) is { IsEmpty: false } volumes)
            yield return Message(OperationType.Destroy, volumes, null);
    }

    private Offer.Types.Operation Message(OperationType type, ResourceBag resources, string? id)
    {
        var operation = new Offer.Types.Operation { Type = type };
        if (id is not null)
            operation.Id = new OperationID { Value = id };
        var messages = resources.AllocatedTo(role).ToMessages().ToList();
        switch (type)
        {
            case OperationType.Reserve:
                (operation.Reserve = new()).Resources.Add(messages);
                break;
            case OperationType.Unreserve:
                (operation.Unreserve = new()).Resources.Add(messages);
                break;
            case OperationType.Create:
                (operation.Create = new()).Volumes.Add(messages);
                break;
            case OperationType.ShrinkVolume:
                operation.ShrinkVolume = new() { Volume = messages[0], Subtract = new() { Value = Large - Small } };
                break;
            case OperationType.GrowVolume:
                operation.GrowVolume = new() { Volume = messages.Single(each => each.Disk is not null), Addition = messages.Single(each => each.Disk is null) };
                break;
            default:
                (operation.Destroy = new()).Volumes.Add(messages);
                break;
        }

        return operation;
    }

    private ResourceBag Own(ResourceBag resources) =>
        resources.Where(entry => entry.Kind.Reservations.Any(layer => layer.Labels.Any(each => each.Key == Owner && each.Value == label)));

    private static ResourceBag Volumes(ResourceBag resources) => resources.Where(static entry => entry.Kind.IsPersistentVolume);

    private static ResourceBag Disk(ResourceBag resources) => resources.Where(static entry => entry.Kind.Name == "disk");

    private static ResourceEntry Of(ResourceKind kind, int units) => new(kind, new ResourceValue.Scalar(ResourceAmount.FromUnits(units)));
}
