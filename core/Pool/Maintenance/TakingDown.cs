namespace DataPlatform.Core.Pool;

/// <summary>START_MAINTENANCE and STOP_MAINTENANCE: machines of the schedule go down, and come up again.</summary>
internal static class TakingDown
{
    public static Decision Start(PoolState state, PoolCommand.StartMaintenance command, DateTimeOffset now)
    {
        var machines = new HashSet<Machine>();
        if (MachineRules.WhyNotMachines(state.Settings, "machines", command.Machines, machines) is { } why)
            return Decision.Invalid(why);
        foreach (var machine in machines)
        {
            if (!state.Plan.Has(machine))
                return NotScheduled(machine);
            if (state.DownMachines.ContainsKey(machine))
                return Decision.Invalid($"machine {machine} is down already");
        }

        var decision = new Decision { Outcome = PoolOutcome.Ok };
        foreach (var id in command.Machines)
            decision.Happened(new PoolEvent.MachineWentDown(id));
        foreach (var agent in state.Agents.Values.OrderBy(agent => agent.Id, StringComparer.Ordinal))
        {
            if (!Machine.OfHost(agent.Info.Hostname, agent.Address).Any(machines.Contains))
                continue;
            decision.Tell(agent, AgentEvents.Shutdown("An operator took this agent's machine down"));
            AgentLife.Remove(state, decision, agent, AgentRemoval.TakenDown, now);
        }

        return decision;
    }

    public static Decision Stop(PoolState state, PoolCommand.StopMaintenance command)
    {
        var machines = new HashSet<Machine>();
        if (MachineRules.WhyNotMachines(state.Settings, "machines", command.Machines, machines) is { } why)
            return Decision.Invalid(why);
        foreach (var machine in machines)
        {
            if (!state.Plan.Has(machine))
                return NotScheduled(machine);
            if (!state.DownMachines.ContainsKey(machine))
                return Decision.Invalid($"machine {machine} is not down; UPDATE_MAINTENANCE_SCHEDULE takes it out of the schedule");
        }

        var decision = new Decision { Outcome = PoolOutcome.Ok };
        foreach (var id in command.Machines)
            decision.Happened(new PoolEvent.MachineCameUp(id));
        Scheduling.Replace(state, decision, state.Plan.Without(machines));
        return decision;
    }

    private static Decision NotScheduled(Machine machine) =>
        Decision.Invalid($"machine {machine} is not part of the maintenance schedule; it has to be named there in the same way");
}
