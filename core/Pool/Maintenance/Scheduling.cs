using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>UPDATE_MAINTENANCE_SCHEDULE: the whole schedule is another from now on.</summary>
internal static class Scheduling
{
    public static Decision Decide(PoolState state, PoolCommand.UpdateMaintenanceSchedule command)
    {
        if (MachineRules.WhyNotSchedule(state, command.Schedule) is { } why)
            return Decision.Invalid(why);
        var decision = new Decision { Outcome = PoolOutcome.Ok };
        Replace(state, decision, command.Schedule.Clone());
        return decision;
    }

    /// <summary>Offers that say something else of their agent's future are taken back, so that new ones say it.</summary>
    public static void Replace(PoolState state, Decision decision, Schedule schedule)
    {
        var plan = new MaintenancePlan(schedule);
        foreach (var agent in state.Agents.Values.OrderBy(agent => agent.Id, StringComparer.Ordinal))
        {
            if (!Equals(state.UnavailabilityOf(agent), plan.Of(agent.Info.Hostname, agent.Address)))
                AgentLife.RescindOffers(state, decision, agent);
        }

        decision.Happened(new PoolEvent.MaintenanceScheduled(schedule));
    }
}
