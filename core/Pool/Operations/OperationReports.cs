using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>What frameworks and operators are told of operations.</summary>
internal static class OperationReports
{
    /// <summary>Never carried out. Told whether or not the operation has an id: a failure without a word helps nobody.</summary>
    public static void Refuse(Decision decision, PooledFramework framework, Offer.Types.Operation operation, AgentID? agent, string message)
    {
        var status = new OperationStatus { State = OperationState.OperationError, Message = message };
        if (operation.Id is not null)
            status.OperationId = operation.Id;
        if (agent is not null)
            status.AgentId = agent;
        decision.Tell(framework, Update(status));
    }

    /// <summary>Its latest status; with a uuid, and so to be acknowledged, once it has ended.</summary>
    public static OperationStatus Latest(PooledOperation operation)
    {
        var status = new OperationStatus { State = operation.State, AgentId = new AgentID { Value = operation.AgentId } };
        if (operation.Info.Id is { } id)
            status.OperationId = id;
        if (operation.Message is { } message)
            status.Message = message;
        if (!operation.IsPending && operation.WantsFeedback)
            status.Uuid = new UUID { Value = operation.Uuid };
        return status;
    }

    public static Operation View(PooledOperation operation)
    {
        var status = Latest(operation);
        if (operation.State == OperationState.OperationFinished)
            status.ConvertedResources.Add(operation.Conversion.Converted.ToMessages());
        var view = new Operation
        {
            AgentId = new AgentID { Value = operation.AgentId },
            Info = operation.Info,
            LatestStatus = status,
            Uuid = new UUID { Value = operation.Uuid },
        };
        if (operation.FrameworkId is { } framework)
            view.FrameworkId = new FrameworkID { Value = framework };
        view.Statuses.Add(status);
        return view;
    }

    public static SchedulerEvent Update(OperationStatus status) => new()
    {
        Type = SchedulerEvent.Types.Type.UpdateOperationStatus,
        UpdateOperationStatus = new SchedulerEvent.Types.UpdateOperationStatus { Status = status },
    };
}
