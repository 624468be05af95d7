using DataPlatform.Core.Allocation;
using DataPlatform.Core.Resources;
using Google.Protobuf;

namespace DataPlatform.Core.Pool;

/// <summary>What of agents is reserved or a volume, and the operations that make it so.</summary>
public sealed partial class PoolState
{
    private readonly Dictionary<string, ResourceBag> converted = [];
    private readonly Dictionary<ByteString, PooledOperation> operations = [];
    private readonly Dictionary<string, SortedDictionary<long, PooledOperation>> operationsByAgent = [];
    private long nextOperation;
    private long operationsAdded;

    /// <summary>By uuid: those that an agent has not answered, or whose end the framework has not acknowledged.</summary>
    public IReadOnlyDictionary<ByteString, PooledOperation> Operations => operations;

    /// <summary>Those of an agent, in the order in which they were decided.</summary>
    public IReadOnlyCollection<PooledOperation> OperationsOn(string agentId) =>
        operationsByAgent.TryGetValue(agentId, out var known) ? known.Values : Array.Empty<PooledOperation>();

    /// <summary>Survives the agent's absence; gone with its id. See <see cref="ConvertedResources"/>.</summary>
    public ResourceBag ConvertedOn(string agentId) => converted.GetValueOrDefault(agentId, ResourceBag.Empty);

    internal bool KnowsConverted(string agentId) => converted.ContainsKey(agentId);

    /// <summary>Of each master its own, since a master's id is.</summary>
    internal ByteString NextOperationUuid(int ahead) => OperationUuid.Of(Master.Id, nextOperation + ahead);

    private void Apply(PoolEvent.AgentConverted happened)
    {
        converted[happened.AgentId] = happened.Converted;
        if (!agents.TryGetValue(happened.AgentId, out var agent))
            return;
        SetTotal(agent);
        allocations.Add(agent.Id);
    }

    private void SetTotal(PooledAgent agent)
    {
        // An agent that no longer has what is reserved on it was refused when it registered.
        agent.Total = ConvertedResources.TryTotal(Amounts.Of(agent.Info.Resources), ConvertedOn(agent.Id), out var total, out var reason)
            ? total
            : throw new InvalidOperationException($"agent {agent.Id}: {reason}");
        Allocator.UpdateAgent(agent.Id, agent.Total, AgentTraits.Of(agent.Info));
    }

    private void Apply(PoolEvent.OperationAdded added)
    {
        var operation = new PooledOperation(added, operationsAdded++);
        operations[added.Uuid] = operation;
        if (!operationsByAgent.TryGetValue(added.AgentId, out var known))
            operationsByAgent[added.AgentId] = known = [];
        known.Add(operation.Number, operation);
        if (added.Uuid.Equals(NextOperationUuid(0)))
            nextOperation++;
    }

    private void Apply(PoolEvent.OperationEnded ended)
    {
        var operation = operations[ended.Uuid];
        operation.State = ended.State;
        operation.Message = ended.Message;
    }

    private void Apply(PoolEvent.OperationTold told)
    {
        var operation = operations[told.Uuid];
        operation.TellAgainAt = told.Again;
        operation.TellAgainAfter = told.After;
    }

    private void Apply(PoolEvent.OperationReversed reversed)
    {
        if (!operations.TryGetValue(reversed.Uuid, out var operation))
            return;
        (operation.IsToBeReversed, operation.IsReversed) = (false, true);
        if (operation is { IsPending: false, TellAgainAt: null })
            RemoveOperation(reversed.Uuid);
    }

    private void Apply(PoolEvent.OperationAcknowledged acknowledged)
    {
        if (!operations.TryGetValue(acknowledged.Uuid, out var operation))
            return;
        operation.TellAgainAt = null;
        if (!operation.IsToBeReversed)
            RemoveOperation(acknowledged.Uuid);
    }

    private void RemoveOperation(ByteString uuid)
    {
        if (!operations.Remove(uuid, out var operation))
            return;
        var known = operationsByAgent[operation.AgentId];
        known.Remove(operation.Number);
        if (known.Count == 0)
            operationsByAgent.Remove(operation.AgentId);
    }
}
