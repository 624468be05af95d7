using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using AgentCapability = DataPlatform.Core.Protocol.Mesos.AgentInfo.Types.Capability.Types.Type;
using VariableType = DataPlatform.Core.Protocol.Mesos.EnvironmentVariables.Types.Variable.Types.Type;

namespace DataPlatform.Core.Pool;

/// <summary>What a TaskInfo may say, resources aside. Each rule answers why not, or null.</summary>
internal static class TaskRules
{
    private const int HighestPort = 65535;

    public static string? WhyNot(TaskInfo task, PooledAgent agent) =>
        Names.WhyNotIdentifier("Task id", task.TaskId.Value)
        ?? Names.WhyNotName("Task name", task.Name)
        ?? (task.AgentId.Value == agent.Id ? null : $"The task is for agent '{Names.Printable(task.AgentId.Value)}', but the offer is of agent '{agent.Id}'")
        ?? WhyNotProgram(task)
        ?? WhyNotDuration("kill_policy.grace_period", task.KillPolicy?.GracePeriod)
        ?? WhyNotDuration("max_completion_time", task.MaxCompletionTime)
        ?? WhyNotCommand("command", task.Command, mayBeOfImage: IsOfImage(task.Container))
        ?? WhyNotHealthCheck(task.HealthCheck)
        ?? WhyNotCheck(task.Check)
        ?? WhyNotLimits(task, agent);

    private static string? WhyNotProgram(TaskInfo task) => task switch
    {
        { Command: not null, Executor: not null } => "The task has both a command and an executor; it needs exactly one",
        { Command: null, Executor: null } => "The task has neither a command nor an executor; give it a command",
        _ => null,
    };

    /// <summary>Whether its agent is to run it from an image, which may say itself what is run.</summary>
    private static bool IsOfImage(ContainerInfo? container) =>
        container is not null && (container.Type == ContainerInfo.Types.Type.Docker || container.Mesos?.Image is not null);

    internal static string? WhyNotCommand(string where, CommandInfo? command, bool mayBeOfImage = false)
    {
        if (command is null)
            return null;
        if (command.Value.Length == 0 && (command.Shell || !mayBeOfImage))
            return $"{where}.value is missing; it is the {(command.Shell ? "line for the shell" : "program to run")}";
        if (command.Value.Contains('\0', StringComparison.Ordinal) || command.Arguments.Any(argument => argument.Contains('\0', StringComparison.Ordinal)))
            return $"{where} holds a NUL character, which no program can be given";
        foreach (var variable in command.Environment?.Variables ?? [])
        {
            if (variable.Name.Length == 0 || variable.Name.AsSpan().IndexOfAny('=', '\0') >= 0)
                return $"{where}.environment has a variable named '{Names.Printable(variable.Name)}'; a name is not empty and has no '=' or NUL";
            if (variable.Type == VariableType.Secret)
            {
                if (Secrets.WhyNot(variable.Secret) is { } none)
                    return $"{where}.environment.{Names.Printable(variable.Name)}.secret {none}";
                continue; // What its value may be the agent says: in a recording, which is to lead to the same, it is masked.
            }

            if (!variable.HasValue || variable.Value.Contains('\0', StringComparison.Ordinal))
                return $"{where}.environment.{Names.Printable(variable.Name)} has no value, or one with a NUL";
        }

        foreach (var uri in command.Uris)
        {
            if (uri.Value.Length == 0)
                return $"{where}.uris has an empty value";
            if (uri.HasOutputFile && WhyNotInside(uri.OutputFile) is { } why)
                return $"{where}.uris: output_file '{Names.Printable(uri.OutputFile)}' {why}";
        }

        return null;
    }

    internal static string? WhyNotInside(string path) =>
        path.Length == 0 ? "is empty"
        : path[0] == '/' ? "is absolute; it must be within the sandbox"
        : path.Split('/').Contains("..") ? "leads out of the sandbox"
        : path.Any(char.IsControl) ? "has a control character"
        : null;

    private static string? WhyNotHealthCheck(HealthCheck? check)
    {
        if (check is null)
            return null;
        var kind = check.Type switch
        {
            HealthCheck.Types.Type.Command => check.Command is null ? "health_check.command is missing" : WhyNotCommand("health_check.command", check.Command),
            HealthCheck.Types.Type.Http => check.Http is null ? "health_check.http is missing" : WhyNotPort("health_check.http.port", check.Http.Port),
            HealthCheck.Types.Type.Tcp => check.Tcp is null ? "health_check.tcp is missing" : WhyNotPort("health_check.tcp.port", check.Tcp.Port),
            _ => "health_check.type is missing; COMMAND, HTTP and TCP are allowed",
        };
        return kind
            ?? WhyNotSeconds("health_check.delay_seconds", check.DelaySeconds)
            ?? WhyNotSeconds("health_check.interval_seconds", check.IntervalSeconds)
            ?? WhyNotSeconds("health_check.timeout_seconds", check.TimeoutSeconds)
            ?? WhyNotSeconds("health_check.grace_period_seconds", check.GracePeriodSeconds);
    }

    private static string? WhyNotCheck(CheckInfo? check)
    {
        if (check is null)
            return null;
        var kind = check.Type switch
        {
            CheckInfo.Types.Type.Command => check.Command is null ? "check.command is missing" : WhyNotCommand("check.command.command", check.Command.Command_),
            CheckInfo.Types.Type.Http => check.Http is null
                ? "check.http is missing"
                : WhyNotPort("check.http.port", check.Http.Port) ?? WhyNotExpectation("check.http.expect", check.Http),
            CheckInfo.Types.Type.Tcp => check.Tcp is null ? "check.tcp is missing" : WhyNotPort("check.tcp.port", check.Tcp.Port),
            _ => "check.type is missing; COMMAND, HTTP and TCP are allowed",
        };
        return kind
            ?? WhyNotSeconds("check.delay_seconds", check.DelaySeconds)
            ?? WhyNotSeconds("check.interval_seconds", check.IntervalSeconds)
            ?? WhyNotSeconds("check.starting_interval_seconds", check.StartingIntervalSeconds)
            ?? WhyNotSeconds("check.timeout_seconds", check.TimeoutSeconds);
    }

    private static string? WhyNotExpectation(string where, CheckInfo.Types.Http check) =>
        check.HasExpect && BodyExpectation.WhyNot(check.Expect) is { } why ? $"{where} {why}" : null;

    private static string? WhyNotLimits(TaskInfo task, PooledAgent agent) =>
        task.Limits.Count == 0 || agent.Capabilities.Contains(AgentCapability.TaskResourceLimits)
            ? null
            : "The task has limits beside its resources, which its agent does not know how to keep";

    private static string? WhyNotDuration(string where, DurationInfo? duration) =>
        duration is { Nanoseconds: < 0 } ? $"{where} is negative" : null;

    private static string? WhyNotSeconds(string where, double seconds) =>
        double.IsFinite(seconds) && seconds >= 0 ? null : $"{where} is {seconds}; a number of 0 or more is allowed";

    private static string? WhyNotPort(string where, uint port) =>
        port is > 0 and <= HighestPort ? null : $"{where} is {port}; 1 to {HighestPort} are allowed";
}
