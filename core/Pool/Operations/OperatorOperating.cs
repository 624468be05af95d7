using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;

namespace DataPlatform.Core.Pool;

/// <summary>
/// An operator reserves and releases, makes and destroys volumes, whatever frameworks do: outstanding offers give way, tasks
/// do not. What is reserved on an agent that is away can be released too; the agent learns it when it comes back.
/// </summary>
internal static class OperatorOperating
{
    public static Decision Decide(PoolState state, PoolCommand.Operate command)
    {
        var caller = new OperationCaller(Role: null, command.Caller.Principal, MayShare: true);
        if (!OperationRules.TryRead(command.Operation, caller, out var conversion, out var why))
            return Decision.Invalid(why);
        if (!state.Agents.TryGetValue(command.AgentId, out var agent))
            return Away(state, command, conversion);

        var decision = new Decision();
        if (VolumesInUse.WhyNotDestroy(agent, conversion, new HashSet<ResourceKind>()) is { } inUse)
            return Decision.Refuse(RefusalKind.Conflict, inUse);
        if (!agent.Total.Contains(conversion.Consumed))
            return Decision.Refuse(RefusalKind.Conflict, $"The operation needs {conversion.Consumed}, but the agent has {agent.Total}");
        if ((VolumeRules.WhyNotUnique(agent.Total.Subtract(conversion.Consumed), conversion.Converted)
            ?? VolumeRules.WhyNotYet(VolumeRules.Unfinished(state, agent), conversion)) is { } taken)
            return Decision.Refuse(RefusalKind.Conflict, taken);
        if (!Freeing.TryFree(state, decision, agent, conversion.Consumed))
            return Decision.Refuse(RefusalKind.Conflict, $"The operation needs {conversion.Consumed}, of which tasks on the agent hold a part");

        OperationLife.Begin(state, decision, agent, frameworkId: null, command.Operation, conversion, conversion.Apply(agent.Total), ahead: 0);
        return decision;
    }

    private static Decision Away(PoolState state, PoolCommand.Operate command, ResourceConversion conversion)
    {
        if (!state.UnreachableAgents.ContainsKey(command.AgentId) && !state.RecoveredAgents.ContainsKey(command.AgentId))
            return Decision.Invalid($"No agent has the id '{Names.Printable(command.AgentId)}'");
        if (command.Operation.Type is not (OperationType.Unreserve or OperationType.Destroy))
            return Decision.Refuse(RefusalKind.Conflict, "The agent is away; until it is back only UNRESERVE_RESOURCES and DESTROY_VOLUMES are possible");
        var known = state.ConvertedOn(command.AgentId);
        if (!known.Contains(conversion.Consumed))
            return Decision.Refuse(RefusalKind.Conflict, $"The operation needs {conversion.Consumed}, but {known} is reserved on the agent");
        var decision = new Decision();
        decision.Happened(new PoolEvent.AgentConverted(command.AgentId, ConvertedResources.Of(conversion.Apply(known))));
        return decision;
    }
}
