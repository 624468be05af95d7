using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>What an agent may say of itself. Each rule answers why not, or null.</summary>
internal static class RegistrationRules
{
    private const int HighestPort = 65535;

    public static string? WhyNot(PoolState state, AgentCall.Types.Register registration, string? id)
    {
        var info = registration.AgentInfo;
        if (id is not null && Names.WhyNotIdentifier("agent_info.id", id) is { } badId)
            return badId;
        if (Names.WhyNotIdentifier("agent_info.hostname", info.Hostname) is { } badHost)
            return badHost;
        if (registration.HasWorkDirectoryId && Names.WhyNotIdentifier("work_directory_id", registration.WorkDirectoryId) is { } badDirectory)
            return badDirectory;
        if (info.Port is <= 0 or > HighestPort)
            return $"agent_info.port is {info.Port}; 1 to {HighestPort} are allowed";
        if (!ResourceMessages.TryRead(info.Resources, out var reported, out var reason))
            return $"agent_info.resources: {reason}";
        if (reported.Any(static entry => ConvertedResources.IsConverted(entry.Kind)))
            return "agent_info.resources holds a dynamic reservation or a volume; these are told in converted_resources";
        if (!ResourceMessages.TryRead(registration.ConvertedResources, out _, out reason))
            return $"converted_resources: {reason}";
        if (!ConvertedResources.TryTotal(reported, Registering.Converted(state, registration, id), out _, out reason))
            return $"agent_info.resources: {reason}; give the agent as much again, or let an operator release it (UNRESERVE_RESOURCES, DESTROY_VOLUMES)";
        foreach (var attribute in info.Attributes)
        {
            if (Names.WhyNotIdentifier("The name of an attribute", attribute.Name) is { } badName)
                return badName;
        }

        return WhyNotTasks(state, registration, id) ?? WhyNotExecutors(state, registration);
    }

    private static string? WhyNotExecutors(PoolState state, AgentCall.Types.Register registration)
    {
        var seen = new HashSet<(string, string)>();
        foreach (var executor in registration.Executors)
        {
            var name = Names.Printable(executor.ExecutorId.Value);
            if (Names.WhyNotIdentifier("An executor's id", executor.ExecutorId.Value) is { } badExecutor)
                return badExecutor;
            if (executor.FrameworkId is not { Value: var framework })
                return $"executor {name} names no framework";
            if (!seen.Add((framework, executor.ExecutorId.Value)))
                return $"executor {name} is listed twice";
            if (!ResourceMessages.TryRead(executor.Resources, out _, out var reason))
                return $"executor {name}: {reason}";
            if (WhyNotKnown(state, registration, framework) is { } unknown)
                return $"executor {name} {unknown}";
        }

        return null;
    }

    private static string? WhyNotKnown(PoolState state, AgentCall.Types.Register registration, string framework) =>
        state.Frameworks.ContainsKey(framework) || state.CompletedFrameworks.ContainsKey(framework)
            || registration.Frameworks.Any(brought => brought.Id?.Value == framework)
            ? null
            : $"is of framework '{Names.Printable(framework)}', of which no FrameworkInfo is sent along";

    private static string? WhyNotTasks(PoolState state, AgentCall.Types.Register registration, string? id)
    {
        var held = ResourceBag.Empty;
        var amounts = new Amounts();
        var seen = new HashSet<(string, string)>();
        foreach (var task in registration.Tasks)
        {
            // Made for a refusal alone: there may be hundreds of thousands of tasks.
            string Name() => Names.Printable(task.TaskId.Value);
            if (Names.WhyNotIdentifier("A task's id", task.TaskId.Value) is { } badTask)
                return badTask;
            if (Names.WhyNotIdentifier("A framework's id", task.FrameworkId.Value) is { } badFramework)
                return badFramework;
            if (task.AgentId.Value != id)
                return $"task {Name()} is of agent '{Names.Printable(task.AgentId.Value)}', not of the agent that registers";
            if (!seen.Add((task.FrameworkId.Value, task.TaskId.Value)))
                return $"task {Name()} is listed twice";
            if (!amounts.TryNext(task.Resources, out var plain, out var reason))
                return $"task {Name()}: {reason}";
            if (WhyNotKnown(state, registration, task.FrameworkId.Value) is { } unknown)
                return $"task {Name()} {unknown}";
            // Those of frameworks that are no more are told to end: what they hold is given to others already.
            if (TaskStates.IsTerminal(task.State) || state.CompletedFrameworks.ContainsKey(task.FrameworkId.Value))
                continue;
            if (held.ConflictsWith(plain))
                return $"task {Name()} holds {plain}, of which another task of the agent holds a part";
            held = held.Add(plain);
        }

        return null;
    }
}
