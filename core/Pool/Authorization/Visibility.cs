using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>What one caller may see: reads are filtered, not refused, as Mesos does it.</summary>
public sealed class Visibility
{
    private readonly AccessRules rules;
    private readonly Caller caller;
    private readonly VisibleMachines machines;
    private readonly bool allFrameworks;
    private readonly bool allTasks;
    private readonly bool allExecutors;
    private readonly bool allRoles;
    private readonly bool allQuotas;

    public Visibility(AccessRules rules, Caller caller)
    {
        this.rules = rules;
        this.caller = caller;
        machines = new VisibleMachines(rules, caller);
        allFrameworks = rules.AllowsAll(caller, AccessAction.ViewFrameworks);
        allTasks = rules.AllowsAll(caller, AccessAction.ViewTasks);
        allExecutors = rules.AllowsAll(caller, AccessAction.ViewExecutors);
        allRoles = rules.AllowsAll(caller, AccessAction.ViewRoles);
        allQuotas = rules.AllowsAll(caller, AccessAction.GetQuotas);
    }

    /// <summary>Nothing is hidden from this caller.</summary>
    public bool IsWhole => allFrameworks && allTasks && allExecutors && allRoles && allQuotas;

    public bool Framework(FrameworkInfo framework) => allFrameworks || Allows(AccessAction.ViewFrameworks, framework.User);

    /// <param name="frameworkUser">Under whom the task's framework runs what names no user of its own.</param>
    public bool Task(TaskRecord task, string? frameworkUser) =>
        allTasks || Allows(AccessAction.ViewTasks, task.HasUser ? task.User : frameworkUser);

    public bool Executor(ExecutorInfo executor, string? frameworkUser) =>
        allExecutors || Allows(AccessAction.ViewExecutors, executor.Command?.HasUser == true ? executor.Command.User : frameworkUser);

    public bool Quota(string role) => allQuotas || Allows(AccessAction.GetQuotas, role);

    /// <summary>Not asked by <see cref="IsWhole"/>: only an agent shows containers.</summary>
    /// <param name="user">As whom what is in it runs.</param>
    public bool Container(string? user) => Allows(AccessAction.ViewContainers, user);

    public bool StatusOf(MachineID machine) => machines.ShowsStatusOf(machine);

    public bool Role(string role) => allRoles || Allows(AccessAction.ViewRoles, role);

    /// <summary>The answer with what the caller may see of it; the message given is left as it is.</summary>
    /// <param name="userOf">The user of a framework, by its id; null for an unknown one.</param>
    public OperatorResponse Of(OperatorResponse answer, Func<string, string?> userOf)
    {
        // Other rights than those of the rest.
        if (answer.GetMaintenanceSchedule is { } schedule)
            return new() { Type = answer.Type, GetMaintenanceSchedule = machines.Of(schedule) };
        if (answer.GetMaintenanceStatus is { } status)
            return new() { Type = answer.Type, GetMaintenanceStatus = machines.Of(status) };
        if (IsWhole)
            return answer;
        return answer switch
        {
            { GetState: { } state } => new() { Type = answer.Type, GetState = Of(state, userOf) },
            { GetTasks: { } tasks } => new() { Type = answer.Type, GetTasks = Of(tasks, userOf) },
            { GetFrameworks: { } frameworks } => new() { Type = answer.Type, GetFrameworks = Of(frameworks) },
            { GetExecutors: { } executors } => new() { Type = answer.Type, GetExecutors = Of(executors, userOf) },
            { GetQuota: { } quota } => new() { Type = answer.Type, GetQuota = Of(quota) },
            { GetWeights: { } weights } => new() { Type = answer.Type, GetWeights = Of(weights) },
            { GetRoles: { } roles } => new() { Type = answer.Type, GetRoles = Of(roles) },
            _ => answer,
        };
    }

    /// <inheritdoc cref="Of(OperatorResponse, Func{string, string?})"/>
    public OperatorResponse.Types.GetState Of(OperatorResponse.Types.GetState state, Func<string, string?> userOf)
    {
        if (IsWhole)
            return state;
        return new OperatorResponse.Types.GetState
        {
            GetTasks = Of(state.GetTasks ?? new(), userOf),
            GetFrameworks = Of(state.GetFrameworks ?? new()),
            GetExecutors = Of(state.GetExecutors ?? new(), userOf),
            GetAgents = state.GetAgents,
        };
    }

    private OperatorResponse.Types.GetTasks Of(OperatorResponse.Types.GetTasks tasks, Func<string, string?> userOf)
    {
        IEnumerable<TaskRecord> Seen(IEnumerable<TaskRecord> all) => all.Where(task => Task(task, userOf(task.FrameworkId.Value)));
        var seen = new OperatorResponse.Types.GetTasks();
        seen.PendingTasks.Add(Seen(tasks.PendingTasks));
        seen.Tasks.Add(Seen(tasks.Tasks));
        seen.UnreachableTasks.Add(Seen(tasks.UnreachableTasks));
        seen.CompletedTasks.Add(Seen(tasks.CompletedTasks));
        seen.OrphanTasks.Add(Seen(tasks.OrphanTasks));
        return seen;
    }

    private OperatorResponse.Types.GetFrameworks Of(OperatorResponse.Types.GetFrameworks frameworks)
    {
        var seen = new OperatorResponse.Types.GetFrameworks();
        seen.Frameworks.Add(frameworks.Frameworks.Where(framework => Framework(framework.FrameworkInfo)));
        seen.CompletedFrameworks.Add(frameworks.CompletedFrameworks.Where(framework => Framework(framework.FrameworkInfo)));
        return seen;
    }

    private OperatorResponse.Types.GetExecutors Of(OperatorResponse.Types.GetExecutors executors, Func<string, string?> userOf)
    {
        var seen = new OperatorResponse.Types.GetExecutors();
        seen.Executors.Add(executors.Executors.Where(executor =>
            Executor(executor.ExecutorInfo, userOf(executor.ExecutorInfo.FrameworkId?.Value ?? ""))));
        return seen;
    }

    private OperatorResponse.Types.GetRoles Of(OperatorResponse.Types.GetRoles roles)
    {
        var seen = new OperatorResponse.Types.GetRoles();
        seen.Roles.Add(roles.Roles.Where(role => Role(role.Name)));
        return seen;
    }

    private OperatorResponse.Types.GetQuota Of(OperatorResponse.Types.GetQuota quota)
    {
        var seen = new QuotaStatus();
        seen.Infos.Add(quota.Status.Infos.Where(info => Quota(info.Role)));
        seen.Configs.Add(quota.Status.Configs.Where(config => Quota(config.Role)));
        return new() { Status = seen };
    }

    private OperatorResponse.Types.GetWeights Of(OperatorResponse.Types.GetWeights weights)
    {
        var seen = new OperatorResponse.Types.GetWeights();
        seen.WeightInfos.Add(weights.WeightInfos.Where(weight => Role(weight.Role)));
        return seen;
    }

    private bool Allows(AccessAction action, string? user) => rules.WhyNot(caller, action, user) is null;
}
