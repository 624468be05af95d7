using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Checking;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Images;
using DataPlatform.Services.Agent.Volumes;

namespace DataPlatform.Services.Agent.Launching;

/// <summary>Refuses what this agent can't do or what would not be safe as a path, before anything is made.</summary>
public static class TaskAdmission
{
    private const int LongestId = 255;
    private const int LongestHostName = 63;

    /// <summary>Why the task is refused; null when it is not.</summary>
    /// <param name="pod">The executor of the task's pod, if it has one.</param>
    public static LaunchFailure? Refusal(FrameworkInfo framework, TaskInfo task, ExecutorInfo? pod = null)
    {
        if (IdProblem(task.TaskId.Value) is { } taskProblem)
            return LaunchFailure.Invalid($"task_id {taskProblem}");
        if (IdProblem(framework.Id.Value) is { } frameworkProblem)
            return LaunchFailure.Invalid($"framework id {frameworkProblem}");
        if (task.Executor is not null)
            return LaunchFailure.Invalid("task.executor: a task of a group runs under the group's executor; leave it out");
        if (task.Command is not { } command)
            return LaunchFailure.Invalid("command is missing, of the task or of its executor");
        var ofImage = ImageRequest.IsMade(task.Container);
        // An image may say itself what is run.
        if (command.Value.Length == 0 && (command.Shell || !ofImage))
            return LaunchFailure.Invalid("task.command.value is missing or empty");
        if (WordProblem(command, "task.command") is { } wordProblem)
            return wordProblem;
        if (task.HealthCheck is { } health && CheckProblem(CheckPlan.Of(health)) is { } healthProblem)
            return LaunchFailure.Invalid($"task.health_check {healthProblem}");
        if (task.Check is { Type: CheckInfo.Types.Type.Http, Http: { HasExpect: true, Expect: var pattern } } && BodyExpectation.WhyNot(pattern) is { } patternProblem)
            return LaunchFailure.Invalid($"task.check.http.expect {patternProblem}");
        if (task.Check is { } check && CheckProblem(CheckPlan.Of(check)) is { } checkProblem)
            return LaunchFailure.Invalid($"task.check {checkProblem}");
        if (task.Activity is { } activity && ActivityLooks.WhyNot(activity) is { } activityProblem)
            return LaunchFailure.Invalid($"task.activity.{activityProblem}");
        if (Secrets.WhyNot(task) is { } secretsProblem)
            return LaunchFailure.Invalid($"task: {secretsProblem}");
        if (ImageRules.WhyNot(task) is { } imageProblem)
            return LaunchFailure.Invalid(imageProblem);
        if (VolumeRules.WhyNot(task, pod) is { } volumeProblem)
            return LaunchFailure.Failed(volumeProblem);
        if (task.Container is { HasHostname: true } named && HostNameProblem(named.Hostname) is { } nameProblem)
            return LaunchFailure.Invalid($"task.container.hostname {nameProblem}");
        return Unsupported(task) is { } what
            ? LaunchFailure.Failed($"{what} is not supported yet")
            : EnvironmentProblem(command.Environment, "task.command.environment");
    }

    /// <summary>Why no program can be given these words and variables; null when it can.</summary>
    internal static LaunchFailure? CommandProblem(CommandInfo command, string field) =>
        WordProblem(command, field) ?? EnvironmentProblem(command.Environment, field + ".environment");

    private static LaunchFailure? WordProblem(CommandInfo command, string field) =>
        command.Value.Contains('\0', StringComparison.Ordinal) || command.Arguments.Any(each => each.Contains('\0', StringComparison.Ordinal))
            ? LaunchFailure.Invalid($"{field} holds a NUL character, which no program can be given")
            : null;

    private static string? IdProblem(string id)
    {
        if (id.Length == 0)
            return "is empty";
        if (id.Length > LongestId)
            return $"has {id.Length} characters, at most {LongestId} are allowed";
        if (id is "." or "..")
            return $"must not be '{id}'";
        return id.Any(c => char.IsControl(c) || c is '/' or '\\')
            ? "holds a slash, a backslash or a control character"
            : null;
    }

    private static string? HostNameProblem(string name) =>
        name.Length is > 0 and <= LongestHostName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.') && char.IsAsciiLetterOrDigit(name[0])
            ? null
            : $"'{name}' is no name of a host: 1 to {LongestHostName} letters, digits, '-' and '.'";

    private static string? CheckProblem(CheckPlan? plan) => plan switch
    {
        null => "needs a type (COMMAND, HTTP or TCP) and that type's field",
        CheckPlan.Command { Info.Value.Length: 0 } => "has an empty command",
        CheckPlan.Http { Port: < 1 or > 65_535 } or CheckPlan.Tcp { Port: < 1 or > 65_535 } => "has a port that is not from 1 to 65535",
        _ => null,
    };

    private static string? Unsupported(TaskInfo task)
    {
        if (task.Container is { } container)
        {
            if (container.NetworkInfos.Count > 0)
                return "task.container.network_infos";
            if (container.RlimitInfo is not null)
                return "task.container.rlimit_info";
        }

        return null;
    }

    private static LaunchFailure? EnvironmentProblem(EnvironmentVariables? environment, string field)
    {
        foreach (var variable in environment?.Variables ?? [])
        {
            if (variable.Name.Length == 0 || variable.Name.Contains('=', StringComparison.Ordinal) || variable.Name.Contains('\0', StringComparison.Ordinal))
                return LaunchFailure.Invalid($"{field}: '{variable.Name}' can't be the name of a variable");
            if (variable.HasValue && variable.Value.Contains('\0', StringComparison.Ordinal))
                return LaunchFailure.Invalid($"{field}: the value of {variable.Name} holds a NUL character");
            if (variable.Type != EnvironmentVariables.Types.Variable.Types.Type.Secret)
                continue;
            if (Secrets.WhyNot(variable.Secret) is { } none)
                return LaunchFailure.Failed($"{field}: {variable.Name} {none}");
            if (variable.Secret.Value.Data.Span.Contains((byte)0))
                return LaunchFailure.Invalid($"{field}: the value of {variable.Name} holds a NUL character");
        }

        return null;
    }
}
