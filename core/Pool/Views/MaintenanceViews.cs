using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>The maintenance schedule as operators see it, and how far it has come.</summary>
internal static class MaintenanceViews
{
    public static OperatorResponse.Types.GetMaintenanceSchedule Schedule(PoolState state) => new() { Schedule = state.Plan.Schedule };

    public static OperatorResponse.Types.GetMaintenanceStatus Status(PoolState state)
    {
        var status = new ClusterStatus();
        var agents = state.Plan.IsEmpty ? null : state.Agents.Values
            .SelectMany(agent => Machine.OfHost(agent.Info.Hostname, agent.Address).Select(machine => (Machine: machine, Agent: agent)))
            .ToLookup(pair => pair.Machine, pair => pair.Agent);
        foreach (var id in state.Plan.Schedule.Windows.SelectMany(window => window.MachineIds))
        {
            var machine = Machine.Of(id);
            if (state.DownMachines.ContainsKey(machine))
                status.DownMachines.Add(id);
            else
                status.DrainingMachines.Add(Draining(id, agents![machine]));
        }

        return new() { Status = status };
    }

    private static ClusterStatus.Types.DrainingMachine Draining(MachineID id, IEnumerable<PooledAgent> agents)
    {
        var draining = new ClusterStatus.Types.DrainingMachine { Id = id };
        foreach (var agent in agents.OrderBy(agent => agent.Id, StringComparer.Ordinal))
        {
            foreach (var framework in agent.InverseOfferAnswers.Keys.Union(agent.InverseOffers.Keys).Order(StringComparer.Ordinal))
                draining.Statuses.Add(StatusOf(agent, framework));
        }

        return draining;
    }

    /// <summary>An answer stays the framework's word while it is asked again.</summary>
    private static InverseOfferStatus StatusOf(PooledAgent agent, string framework)
    {
        var answered = agent.InverseOfferAnswers.GetValueOrDefault(framework);
        return new InverseOfferStatus
        {
            Status = answered?.Status ?? InverseOfferStatus.Types.Status.Unknown,
            FrameworkId = new FrameworkID { Value = framework },
            Timestamp = StatusReports.Time(answered?.Time ?? agent.InverseOffers[framework].Made),
        };
    }
}
