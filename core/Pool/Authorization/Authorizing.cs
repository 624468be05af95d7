using DataPlatform.Core.Protocol.Mesos;
using CallType = DataPlatform.Core.Protocol.Mesos.SchedulerCall.Types.Type;

namespace DataPlatform.Core.Pool;

/// <summary>
/// Whether the caller may ask this at all. What depends on a part of a call, such as the user of one task among several, is
/// asked of the same rules where that part is decided.
/// </summary>
internal static class Authorizing
{
    /// <summary>The refusal, or null when the command may be decided.</summary>
    public static Decision? Refusal(PoolState state, PoolCommand command) => command switch
    {
        PoolCommand.Subscribe subscribe => WhyNotSubscribe(state, subscribe),
        PoolCommand.SchedulerRequest { Call.Type: CallType.UpdateFramework } request => WhyNotUpdate(state, request),
        PoolCommand.RegisterAgent register => WhyNotRegister(state, register),
        PoolCommand.AgentRequest request => WhyNotSpeakFor(state, request),
        PoolCommand.TearDown teardown => Forbidden(state.Frameworks.TryGetValue(teardown.FrameworkId, out var framework)
            ? state.Settings.Access.WhyNot(command.Caller, AccessAction.TearDownFrameworks, Principal(framework.Info))
            : state.Settings.Access.WhyNotAny(command.Caller, AccessAction.TearDownFrameworks)),
        PoolCommand.MarkAgentGone gone => Forbidden(
            state.Settings.Access.WhyNot(command.Caller, AccessAction.MarkAgentsGone, gone.AgentId)),
        PoolCommand.DeactivateAgent deactivate => OnAgent(state, deactivate, AccessAction.DeactivateAgents, deactivate.AgentId),
        PoolCommand.ReactivateAgent reactivate => OnAgent(state, reactivate, AccessAction.ReactivateAgents, reactivate.AgentId),
        PoolCommand.DrainAgent drain => OnAgent(state, drain, AccessAction.DrainAgents, drain.AgentId),
        PoolCommand.Operate operate => Forbidden(OperationRights.WhyNot(state.Settings.Access, command.Caller, operate.Operation)),
        PoolCommand.UpdateQuotas update => Each(state, update, AccessAction.UpdateQuotas, update.Configs.Select(config => config.Role)),
        PoolCommand.SetQuota set => Each(state, set, AccessAction.UpdateQuotas, [set.Request.Role]),
        PoolCommand.RemoveQuota remove => Each(state, remove, AccessAction.UpdateQuotas, [remove.Role]),
        PoolCommand.UpdateWeights update => Each(state, update, AccessAction.UpdateWeights, update.Weights.Select(weight => weight.Role)),
        PoolCommand.UpdateMaintenanceSchedule update => Each(
            state, update, AccessAction.UpdateMaintenanceSchedules, NamesOf(update.Schedule).Concat(state.Plan.Machines.Select(machine => machine.Name))),
        PoolCommand.StartMaintenance start => Each(state, start, AccessAction.StartMaintenances, NamesOf(start.Machines)),
        PoolCommand.StopMaintenance stop => Each(state, stop, AccessAction.StopMaintenances, NamesOf(stop.Machines)),
        _ => null,
    };

    /// <summary>Who replaces a schedule needs the right on the machines of both.</summary>
    private static IEnumerable<string> NamesOf(Schedule schedule) => NamesOf(schedule.Windows.SelectMany(window => window.MachineIds));

    private static IEnumerable<string> NamesOf(IEnumerable<MachineID> machines) => machines.Select(id => Machine.Of(id).Name);

    private static Decision? OnAgent(PoolState state, PoolCommand command, AccessAction action, string agentId) =>
        Forbidden(state.Settings.Access.WhyNot(command.Caller, action, agentId));

    private static Decision? Each(PoolState state, PoolCommand command, AccessAction action, IEnumerable<string> subjects) => Forbidden(
        subjects.Select(subject => state.Settings.Access.WhyNot(command.Caller, action, subject)).FirstOrDefault(why => why is not null));

    /// <summary>Why the framework may not do the operation, or null.</summary>
    public static string? WhyNotOperate(PoolState state, PooledFramework framework, Offer.Types.Operation operation) =>
        OperationRights.WhyNot(state.Settings.Access, CallerOf(framework), operation);

    /// <summary>Why the framework may not run something as this user, or null.</summary>
    public static string? WhyNotRun(PoolState state, PooledFramework framework, string user) =>
        state.Settings.Access.WhyNot(Principal(framework.Info), AccessAction.RunTasks, user);

    private static Decision? WhyNotSubscribe(PoolState state, PoolCommand.Subscribe command)
    {
        var info = command.Call.Subscribe.FrameworkInfo;
        if (command.Caller.Principal is { } principal && info.HasPrincipal && info.Principal != principal)
            return Decision.Invalid($"framework_info.principal is '{Names.Printable(info.Principal)}', but the call is authenticated as '{principal}'");
        if (WhyNotRoles(state, command.Caller, info) is not { } why)
            return null;
        var decision = new Decision();
        decision.EndWithError(command.StreamId, why);
        return decision;
    }

    private static Decision? WhyNotUpdate(PoolState state, PoolCommand.SchedulerRequest request) =>
        Forbidden(WhyNotRoles(state, request.Caller, request.Call.UpdateFramework.FrameworkInfo));

    private static string? WhyNotRoles(PoolState state, Caller caller, FrameworkInfo info)
    {
        var roles = FrameworkRules.RolesOf(info);
        return roles.Count == 0
            ? state.Settings.Access.WhyNotAny(caller, AccessAction.RegisterFrameworks)
            : roles.Select(role => state.Settings.Access.WhyNot(caller, AccessAction.RegisterFrameworks, role))
                .FirstOrDefault(why => why is not null);
    }

    private static Decision? WhyNotRegister(PoolState state, PoolCommand.RegisterAgent command)
    {
        var info = command.Registration.AgentInfo;
        var id = Registering.IdOf(state, command);
        return Forbidden(state.Settings.Access.WhyNot(command.Caller, AccessAction.RegisterAgents, info.Hostname)
            ?? (id is null ? null : WhyNotAs(state, command.Caller, id)));
    }

    private static Decision? WhyNotSpeakFor(PoolState state, PoolCommand.AgentRequest request) =>
        request.StreamId is { } stream && state.AgentOfStream(stream) is { } agent
            ? Forbidden(WhyNotAs(state, request.Caller, agent.Id))
            : null;

    /// <summary>Where nobody is asked for a name, an agent's owner can't be told from others either.</summary>
    private static string? WhyNotAs(PoolState state, Caller caller, string agentId) =>
        caller is Caller.Named && state.AgentPrincipals.TryGetValue(agentId, out var owner) && owner != caller.Principal
            ? $"Agent {Names.Printable(agentId)} belongs to another principal than '{Names.Printable(caller.Principal!)}', the one that first registered it; use that one's secret, or give the agent a new work directory, which makes it a new agent"
            : null;

    private static Caller CallerOf(PooledFramework framework) =>
        Principal(framework.Info) is { } principal ? new Caller.Named(principal, "") : new Caller.Unnamed("");

    private static string? Principal(FrameworkInfo info) => info.HasPrincipal ? info.Principal : null;

    private static Decision? Forbidden(string? why) => why is null ? null : Decision.Refuse(RefusalKind.Forbidden, why);
}
