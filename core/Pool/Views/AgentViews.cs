using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>One agent as operators see it.</summary>
internal static class AgentViews
{
    /// <summary>The same objects in every answer: nobody changes what an answer holds.</summary>
    private static readonly AgentInfo.Types.Capability[] Capabilities = [.. PooledAgent.Known.Select(static type => new AgentInfo.Types.Capability { Type = type })];

    /// <param name="alike">Of all agents of one answer.</param>
    public static OperatorResponse.Types.GetAgents.Types.Agent Of(PoolState state, PooledAgent agent, AlikeResources alike)
    {
        var deactivation = state.Deactivations.GetValueOrDefault(agent.Id);
        var view = new OperatorResponse.Types.GetAgents.Types.Agent
        {
            AgentInfo = agent.Info,
            Active = agent.IsConnected && deactivation is null,
            Deactivated = deactivation is not null,
            Version = agent.Version,
            Pid = $"slave(1)@{agent.Address ?? agent.Info.Hostname}:{agent.Info.Port}",
            RegisteredTime = StatusReports.Time(agent.RegisteredTime),
        };
        if (agent.ReregisteredTime is { } again)
            view.ReregisteredTime = StatusReports.Time(again);
        if (deactivation is { Drain: { } drain })
        {
            view.DrainInfo = new DrainInfo { State = Draining.IsDrained(state, agent) ? DrainState.Drained : DrainState.Draining, Config = drain };
            view.EstimatedDrainStartTime = StatusReports.Time(deactivation.Since);
        }

        view.TotalResources.Add(alike.Of(agent.Total));
        view.AllocatedResources.Add(alike.Allocated(agent.HoldingTasks.Select(task => (task.Role, task.Resources))
            .Concat(agent.Executors.Values.Select(executor => (executor.Role, executor.Resources)))));
        view.OfferedResources.Add(alike.Allocated(agent.OutstandingOffers.Values.Select(offer => (offer.Role, offer.Resources))));
        view.Capabilities.Add(Capabilities);
        return view;
    }
}
