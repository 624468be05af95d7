using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using CallType = DataPlatform.Core.Protocol.Mesos.OperatorCall.Types.Type;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;

namespace DataPlatform.Services.Master.Endpoints;

/// <summary>The operator calls that are operations on an agent's resources, as frameworks' operations are.</summary>
internal static class OperationCalls
{
    public static bool Are(CallType call) => call is CallType.ReserveResources or CallType.UnreserveResources
        or CallType.CreateVolumes or CallType.DestroyVolumes or CallType.GrowVolume or CallType.ShrinkVolume;

    /// <summary>Null when the call does not carry what its type names, or names no agent.</summary>
    public static PoolCommand? Command(OperatorCall call, Caller caller)
    {
        var (agent, operation) = call.Type switch
        {
            CallType.ReserveResources when call.ReserveResources is { } body => (body.AgentId, Reserve(body)),
            CallType.UnreserveResources when call.UnreserveResources is { } body => (body.AgentId, Unreserve(body)),
            CallType.CreateVolumes when call.CreateVolumes is { } body => (body.AgentId, Create(body)),
            CallType.DestroyVolumes when call.DestroyVolumes is { } body => (body.AgentId, Destroy(body)),
            CallType.GrowVolume when call.GrowVolume is { } body => (body.AgentId,
                new() { Type = OperationType.GrowVolume, GrowVolume = new() { Volume = body.Volume, Addition = body.Addition } }),
            CallType.ShrinkVolume when call.ShrinkVolume is { } body => (body.AgentId,
                new() { Type = OperationType.ShrinkVolume, ShrinkVolume = new() { Volume = body.Volume, Subtract = body.Subtract } }),
            _ => ((AgentID?)null, (Offer.Types.Operation?)null),
        };
        return agent is null || operation is null ? null : new PoolCommand.Operate(agent.Value, operation, caller);
    }

    private static Offer.Types.Operation Reserve(OperatorCall.Types.ReserveResources body)
    {
        var operation = new Offer.Types.Operation { Type = OperationType.Reserve, Reserve = new() };
        operation.Reserve.Resources.Add(body.Resources);
        operation.Reserve.Source.Add(body.Source);
        return operation;
    }

    private static Offer.Types.Operation Unreserve(OperatorCall.Types.UnreserveResources body)
    {
        var operation = new Offer.Types.Operation { Type = OperationType.Unreserve, Unreserve = new() };
        operation.Unreserve.Resources.Add(body.Resources);
        return operation;
    }

    private static Offer.Types.Operation Create(OperatorCall.Types.CreateVolumes body)
    {
        var operation = new Offer.Types.Operation { Type = OperationType.Create, Create = new() };
        operation.Create.Volumes.Add(body.Volumes);
        return operation;
    }

    private static Offer.Types.Operation Destroy(OperatorCall.Types.DestroyVolumes body)
    {
        var operation = new Offer.Types.Operation { Type = OperationType.Destroy, Destroy = new() };
        operation.Destroy.Volumes.Add(body.Volumes);
        return operation;
    }
}
