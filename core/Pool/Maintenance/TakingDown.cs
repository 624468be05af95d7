using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>START_MAINTENANCE and STOP_MAINTENANCE: machines of the schedule go down, and come up again.</summary>
internal static class TakingDown
{
    public static Decision Start(PoolState state, PoolCommand.StartMaintenance command, DateTimeOffset now)
    {
        var machines = new HashSet<Machine>();
        if (WhyNotScheduled(state, command.Machines, machines, machine =>
            state.DownMachines.ContainsKey(machine) ? $"machine {machine} is down already" : null) is { } why)
            return Decision.Invalid(why);

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
        if (WhyNotScheduled(state, command.Machines, machines, machine =>
            state.DownMachines.ContainsKey(machine) ? null : $"machine {machine} is not down; UPDATE_MAINTENANCE_SCHEDULE takes it out of the schedule") is { } why)
            return Decision.Invalid(why);

        var decision = new Decision { Outcome = PoolOutcome.Ok };
        foreach (var id in command.Machines)
            decision.Happened(new PoolEvent.MachineCameUp(id));
        Scheduling.Replace(state, decision, state.Plan.Without(machines));
        return decision;
    }

    /// <param name="machines">Gets those that are named.</param>
    /// <param name="whyNot">Of one that is in the schedule.</param>
    private static string? WhyNotScheduled(PoolState state, IReadOnlyList<MachineID> named, HashSet<Machine> machines, Func<Machine, string?> whyNot) =>
        MachineRules.WhyNotMachines(state.Settings, "machines", named, machines)
            ?? machines.Select(machine => state.Plan.Has(machine)
                ? whyNot(machine)
                : $"machine {machine} is not part of the maintenance schedule; it has to be named there in the same way").FirstOrDefault(why => why is not null);
}
