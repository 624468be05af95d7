using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;

namespace DataPlatform.Core.Tests.Pool.Operations;

/// <summary>Operations as frameworks write them.</summary>
internal static class Ask
{
    public static Offer.Types.Operation Reserve(ResourceBag reserved, string? id = null)
    {
        var operation = Named(new() { Type = OperationType.Reserve, Reserve = new() }, id);
        operation.Reserve.Resources.Add(reserved.ToMessages());
        return operation;
    }

    public static Offer.Types.Operation Unreserve(ResourceBag reserved, string? id = null)
    {
        var operation = Named(new() { Type = OperationType.Unreserve, Unreserve = new() }, id);
        operation.Unreserve.Resources.Add(reserved.ToMessages());
        return operation;
    }

    public static Offer.Types.Operation Create(ResourceBag volumes, string? id = null)
    {
        var operation = Named(new() { Type = OperationType.Create, Create = new() }, id);
        operation.Create.Volumes.Add(volumes.ToMessages());
        return operation;
    }

    public static Offer.Types.Operation Destroy(ResourceBag volumes, string? id = null)
    {
        var operation = Named(new() { Type = OperationType.Destroy, Destroy = new() }, id);
        operation.Destroy.Volumes.Add(volumes.ToMessages());
        return operation;
    }

    public static Offer.Types.Operation Grow(ResourceBag volume, ResourceBag addition, string? id = null) => Named(
        new() { Type = OperationType.GrowVolume, GrowVolume = new() { Volume = volume.ToMessages().Single(), Addition = addition.ToMessages().Single() } }, id);

    public static Offer.Types.Operation Shrink(ResourceBag volume, double subtract, string? id = null) => Named(
        new() { Type = OperationType.ShrinkVolume, ShrinkVolume = new() { Volume = volume.ToMessages().Single(), Subtract = new() { Value = subtract } } }, id);

    public static Offer.Types.Operation Launch(params TaskInfo[] tasks)
    {
        var operation = new Offer.Types.Operation { Type = OperationType.Launch, Launch = new() };
        operation.Launch.TaskInfos.Add(tasks);
        return operation;
    }

    /// <summary>Reserved while the agent runs, to a role.</summary>
    public static ResourceBag Reserved(string text, string role = "role") => ResourceBag.Of(ResourceText.Parse(text).Select(entry =>
        entry with { Kind = entry.Kind.WithReservations([new Reservation(ReservationType.Dynamic, role)]) }));

    public static ResourceBag Volume(string id, int megabytes, string role = "role", bool shared = false, string path = "data") => ResourceBag.Of(new ResourceEntry(
        new ResourceKind("disk", reservations: [new Reservation(ReservationType.Dynamic, role)], shared: shared, disk: new Resource.Types.DiskInfo
        {
            Persistence = new() { Id = id },
            Volume = new Volume { Mode = DataPlatform.Core.Protocol.Mesos.Volume.Types.Mode.Rw, ContainerPath = path },
        }), new ResourceValue.Scalar(ResourceAmount.FromThousandths(megabytes * 1000L))));

    public static TaskInfo Task(string id, string agent, ResourceBag resources)
    {
        var task = PoolUnderTest.Task(id, agent);
        task.Resources.Clear();
        task.Resources.Add(resources.ToMessages());
        return task;
    }

    private static Offer.Types.Operation Named(Offer.Types.Operation operation, string? id)
    {
        if (id is not null)
            operation.Id = new OperationID { Value = id };
        return operation;
    }
}
