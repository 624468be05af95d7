using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>One agent as operators see it.</summary>
internal static class AgentViews
{
    public static OperatorResponse.Types.GetAgents.Types.Agent Of(PoolState state, PooledAgent agent)
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

        view.TotalResources.Add(agent.Total.ToMessages(ResourceFormat.WithRole));
        view.AllocatedResources.Add(Allocated(agent).ToMessages(ResourceFormat.WithRole));
        view.OfferedResources.Add(Offered(agent).ToMessages(ResourceFormat.WithRole));
        view.Capabilities.Add(agent.Capabilities.Select(capability => new AgentInfo.Types.Capability { Type = capability }));
        return view;
    }

    private static ResourceBag Allocated(PooledAgent agent) => agent.HoldingTasks
        .Select(task => task.Resources.AllocatedTo(task.Role))
        .Concat(agent.Executors.Values.Select(executor => executor.Resources.AllocatedTo(executor.Role)))
        .Aggregate(ResourceBag.Empty, (sum, held) => sum.Add(held));

    private static ResourceBag Offered(PooledAgent agent) => agent.OutstandingOffers.Values
        .Aggregate(ResourceBag.Empty, (sum, offer) => sum.Add(offer.Allocated));
}
