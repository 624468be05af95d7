using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Simulation.Tests;

// Agents and machines that are taken out of use, and put back.
internal sealed partial class SimulatedAdministrator
{
    /// <summary>By agent id: how often it was asked to be back in use.</summary>
    private readonly Dictionary<string, int> reactivations = [];

    public string TakeOutOfUse(SimulatedAgent agent, int detail)
    {
        var id = agent.Host.AgentId;
        if (id.Length == 0)
            return "there is no agent to be drained";
        var isDrain = detail % 3 != 0;
        if (isDrain)
            cluster.Invariants.Kills.Drained(id);
        var before = reactivations.GetValueOrDefault(id);
        var grace = new DurationInfo { Nanoseconds = detail % 7 * 1_000_000_000L };
        cluster.Master.Post(
            isDrain ? new PoolCommand.DrainAgent(id, detail % 2 == 0 ? new DrainConfig { MaxGracePeriod = grace } : new DrainConfig(), SimulatedCluster.Anyone)
                : new PoolCommand.DeactivateAgent(id, SimulatedCluster.Anyone),
            outcome =>
            {
                // One turn may answer both, one after the other.
                if (outcome is not PoolOutcome.Refused && reactivations.GetValueOrDefault(id) == before)
                    cluster.Invariants.Drains.OutOfUse(id);
            });
        return $"an operator {(isDrain ? "drains" : "deactivates")} the agent";
    }

    public string PutBack(SimulatedAgent agent)
    {
        if (agent.Host.AgentId.Length > 0)
            Reactivate(agent.Host.AgentId);
        return "an operator reactivates the agent";
    }

    /// <summary>A window for some machines; one of them goes down, or all that are down come up.</summary>
    public string Maintain(SimulatedAgent agent, int detail)
    {
        var schedule = new Schedule();
        var down = cluster.Master.State.DownMachines.Values.ToList();
        var machines = down.Append(agent.Machine).DistinctBy(machine => machine.Hostname).ToList();
        var window = new Window { Unavailability = new Unavailability { Start = new TimeInfo { Nanoseconds = detail * 1_000_000_000L } } };
        window.MachineIds.Add(machines);
        schedule.Windows.Add(window);
        cluster.Master.Post(new PoolCommand.UpdateMaintenanceSchedule(schedule, SimulatedCluster.Anyone));
        if (detail % 3 == 0)
            cluster.Master.Post(new PoolCommand.StartMaintenance([agent.Machine], SimulatedCluster.Anyone));
        else if (detail % 3 == 1 && down.Count > 0)
            cluster.Master.Post(new PoolCommand.StopMaintenance(down, SimulatedCluster.Anyone));
        return $"an operator plans maintenance{(detail % 3 == 0 ? " and takes the machine down" : "")}";
    }

    private void Reactivate(string id)
    {
        // Asked is enough: the answer may be lost though it is done.
        reactivations[id] = reactivations.GetValueOrDefault(id) + 1;
        cluster.Invariants.Drains.MayBeBack(id);
        cluster.Master.Post(new PoolCommand.ReactivateAgent(id, SimulatedCluster.Anyone));
    }

    private void PutAllBack()
    {
        var state = cluster.Master.State;
        foreach (var id in state.Deactivations.Keys.Where(state.Agents.ContainsKey))
            Reactivate(id);
        if (state.DownMachines.Count > 0)
            cluster.Master.Post(new PoolCommand.StopMaintenance([.. state.DownMachines.Values], SimulatedCluster.Anyone));
        else if (!state.Plan.IsEmpty)
            cluster.Master.Post(new PoolCommand.UpdateMaintenanceSchedule(new Schedule(), SimulatedCluster.Anyone));
    }
}
