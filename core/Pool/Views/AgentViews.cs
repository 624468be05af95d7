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

    private static ResourceBag Allocated(PooledAgent agent) => Sum(agent.HoldingTasks.Select(task => (task.Role, task.Resources))
        .Concat(agent.Executors.Values.Select(executor => (executor.Role, executor.Resources))));

    private static ResourceBag Offered(PooledAgent agent) => Sum(agent.OutstandingOffers.Values.Select(offer => (offer.Role, offer.Resources)));

    private static ResourceBag Sum(IEnumerable<(string Role, ResourceBag Resources)> held) =>
        ResourceSum.AllocatedByRole(held).Aggregate(ResourceBag.Empty, (sum, role) => sum.Add(role));
}
