using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;

namespace DataPlatform.Simulation.Tests;

/// <summary>The resources of one volume in each of its states, and the operations between these.</summary>
internal sealed class VolumeKinds
{
    private const string Owner = "owner";
    private readonly string role;
    private readonly string label;

    public VolumeKinds(string name, string owner, string role)
    {
        (this.role, label) = (role, $"{owner}/{name}");
        Reservation layer = new(ReservationType.Dynamic, role, null, [new ReservationLabel(Owner, label)]);
        var disk = new Resource.Types.DiskInfo
        {
            Persistence = new() { Id = name }, Volume = new() { ContainerPath = "data", Mode = Core.Protocol.Mesos.Volume.Types.Mode.Rw },
        };
        var cpus = Of(new ResourceKind("cpus", reservations: [layer]), 1);
        Reserved = ResourceBag.Of(cpus, Of(new ResourceKind("disk", reservations: [layer]), 100));
        Created = ResourceBag.Of(cpus, Of(new ResourceKind("disk", reservations: [layer], disk: disk), 100));
        Reserve = new ResourceConversion(ResourceBag.Of(Of(ResourceKind.Plain("cpus"), 1), Of(ResourceKind.Plain("disk"), 100)), Reserved);
        Create = new ResourceConversion(Reserved.Where(static entry => entry.Kind.Name == "disk"), Created.Where(static entry => entry.Kind.Name == "disk"));
        Task = Created.Add(ResourceBag.Of(Of(ResourceKind.Plain("mem"), 32)));
    }

    public ResourceBag Reserved { get; }

    public ResourceBag Created { get; }

    public ResourceBag Task { get; }

    public ResourceConversion Reserve { get; }

    public ResourceConversion Create { get; }

    /// <summary>Which life of a volume the task belongs to; null for one without a volume.</summary>
    public static string? LifeOf(TaskInfo task) => task.Labels?.Labels_.FirstOrDefault(each => each.Key == "life")?.Value;

    public Offer.Types.Operation Message(OperationType type, string? id) => Message(type, type switch
    {
        OperationType.Reserve or OperationType.Unreserve => Reserved,
        _ => Create.Converted,
    }, id);

    /// <summary>Gives back, without asking how that ends, what of it lies where it should not: a failed operation may leave it.</summary>
    public IEnumerable<Offer.Types.Operation> Stray(ResourceBag free)
    {
        var stray = free.Where(entry => entry.Kind.Reservations.Any(layer => layer.Labels.Any(each => each.Key == Owner && each.Value == label)));
        var volumes = stray.Where(static entry => entry.Kind.IsPersistentVolume);
        if (!volumes.IsEmpty)
            yield return Message(OperationType.Destroy, volumes, null);
        if (!stray.IsEmpty)
            yield return Message(OperationType.Unreserve, ResourceBag.Of(stray.Select(static entry => entry with { Kind = entry.Kind.WithoutVolume() })), null);
    }

    /// <summary>Destroys, without asking how that ends, a volume of that name where another is to be.</summary>
    public IEnumerable<Offer.Types.Operation> Former(ResourceBag free)
    {
        if (free.Contains(Create.Converted))
            yield return Message(OperationType.Destroy, null);
    }

    private Offer.Types.Operation Message(OperationType type, ResourceBag resources, string? id)
    {
        var operation = new Offer.Types.Operation { Type = type };
        if (id is not null)
            operation.Id = new OperationID { Value = id };
        var messages = resources.AllocatedTo(role).ToMessages();
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
            default:
                (operation.Destroy = new()).Volumes.Add(messages);
                break;
        }

        return operation;
    }

    private static ResourceEntry Of(ResourceKind kind, int units) => new(kind, new ResourceValue.Scalar(ResourceAmount.FromUnits(units)));
}
