using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Sandboxes;

namespace DataPlatform.Services.Agent.Serving.Authentication;

/// <summary>What callers may do at this agent, by the rules that the master has too.</summary>
internal sealed class AgentRights(AgentLoop loop, AccessRules rules)
{
    public Visibility VisibleTo(Caller caller) => new(rules, caller);

    /// <summary>Why the caller may not see the agent's settings, or null.</summary>
    public string? WhyNotFlags(Caller caller) => rules.WhyNot(caller, AccessAction.ViewFlags, subject: null);

    /// <summary>Why the caller may not read metrics, or null.</summary>
    public string? WhyNotMetrics(Caller caller) => rules.WhyNot(caller, AccessAction.GetEndpoints, OperatorRights.Metrics);

    /// <summary>Why the caller may not say how much is logged, or null.</summary>
    public string? WhyNotLoggingLevel(Caller caller) => rules.WhyNotAny(caller, AccessAction.SetLogLevel);

    /// <summary>Why the caller may do one of these to nobody's tasks at all, or null.</summary>
    public string? WhyNotAny(Caller caller, IReadOnlyList<AccessAction> actions) =>
        actions.Select(action => rules.WhyNotAny(caller, action)).FirstOrDefault(why => why is not null);

    /// <summary>Why the caller may not do all of these to tasks of the user, or null.</summary>
    public string? WhyNot(Caller caller, IReadOnlyList<AccessAction> actions, string user) =>
        actions.Select(action => rules.WhyNot(caller, action, user)).FirstOrDefault(why => why is not null);

    /// <summary>
    /// Why the caller may not look into the sandbox, or null. Secrets lie there, such as a notebook's token, so what a pod's tasks
    /// share is shown only to who may see all of theirs.
    /// </summary>
    public async Task<string?> WhyNotSandboxAsync(Caller caller, SandboxPlace place)
    {
        if (rules.AllowsAll(caller, AccessAction.AccessSandboxes))
            return null;
        var users = await loop.ReadAsync(core => UsersOf(core, place));
        return users.Count > 0
            ? users.Select(user => rules.WhyNot(caller, AccessAction.AccessSandboxes, user)).FirstOrDefault(why => why is not null)
            : rules.WhyNot(caller, AccessAction.AccessSandboxes, subject: null)
                ?? "Of whose task this sandbox was is no longer known here; a rule under 'access_sandboxes' for all users (ANY) allows to see it";
    }

    private static List<string> UsersOf(AgentCore core, SandboxPlace place)
    {
        var present = core.Runs.Concat(core.Executors.Values.Select(each => each.Program))
            .Where(run => run.Key.FrameworkId == place.FrameworkId && SandboxPaths.HolderContainer(run) == place.ContainerId)
            .Select(run => TaskUser.Of(run));
        var past = core.Completed
            .Where(each => each.Framework.Id.Value == place.FrameworkId && (each.Pod?.ContainerId ?? each.ContainerId) == place.ContainerId)
            .Select(each => TaskUser.Of(each.Task, each.Framework));
        var executors = core.CompletedExecutors
            .Where(each => each.Framework.Id.Value == place.FrameworkId && each.ContainerId == place.ContainerId && each.Info.Command is not null)
            .Select(each => each.Info.Command.HasUser ? each.Info.Command.User : each.Framework.User);
        return [.. present.Concat(past).Concat(executors).Distinct(StringComparer.Ordinal)];
    }
}

/// <summary>As whom a task runs: the user that it names, or its framework's.</summary>
internal static class TaskUser
{
    public static string Of(TaskRun run) => (run.IsUnderProgram ? run.Pod!.Executor.Command : run.Task.Command) is { HasUser: true } command ? command.User : run.Framework.User;

    public static string Of(TaskRecord task, FrameworkInfo framework) => task.HasUser ? task.User : framework.User;
}
