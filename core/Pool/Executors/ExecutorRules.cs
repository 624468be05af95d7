using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using ExecutorType = DataPlatform.Core.Protocol.Mesos.ExecutorInfo.Types.Type;

namespace DataPlatform.Core.Pool;

/// <summary>What an ExecutorInfo may say. Each rule answers why not, or null.</summary>
internal static class ExecutorRules
{
    /// <summary>What a pod's own executor must bring, as Mesos asks it: it keeps a sandbox and watches the pod's tasks.</summary>
    private static readonly string[] NeededByDefaultExecutor = ["cpus", "mem", "disk"];

    public static string? WhyNot(ExecutorInfo executor, PooledFramework framework, PooledAgent agent, AcceptedResources accepted, out ResourceBag needed)
    {
        needed = ResourceBag.Empty;
        if (Names.WhyNotIdentifier("executor.executor_id", executor.ExecutorId.Value) is { } badId)
            return badId;
        if (executor.FrameworkId is { } named && named.Value != framework.Id)
            return $"executor.framework_id is '{Names.Printable(named.Value)}', but the executor is of framework '{framework.Id}'";
        if (WhyNotType(executor) is { } type)
            return type;
        if (executor.ShutdownGracePeriod is { Nanoseconds: < 0 })
            return "executor.shutdown_grace_period is negative";
        if (!ResourceMessages.TryRead(executor.Resources, out var resources, out var reason))
            return $"executor.resources: {reason}";
        if (resources.AllocationRoles().FirstOrDefault(other => other != accepted.Role) is { } stranger)
            return $"The executor's resources are allocated to role '{stranger}', but the offer is for '{accepted.Role}'";
        needed = resources.Unallocated();
        if (!agent.Executors.TryGetValue((framework.Id, executor.ExecutorId.Value), out var running))
            return null;
        needed = ResourceBag.Empty;
        return Same(running.Info, executor, framework.Id)
            ? null
            : $"Executor '{executor.ExecutorId.Value}' runs on the agent already with another ExecutorInfo; give this one another id";
    }

    private static string? WhyNotType(ExecutorInfo executor) => executor.Type switch
    {
        ExecutorType.Default when executor.Command is not null => "executor.command is set, but an executor of type DEFAULT is the agent's own",
        ExecutorType.Default => NeededByDefaultExecutor.FirstOrDefault(name => executor.Resources.All(resource => resource.Name != name)) is { } missing
            ? $"executor.resources has no {missing}; an executor of type DEFAULT needs some cpus, mem and disk of its own"
            : null,
        _ when executor.Command is null => "executor.command is missing; an executor of type CUSTOM is a program of the framework's",
        _ => TaskRules.WhyNotCommand("executor.command", executor.Command),
    };

    /// <summary>How its resources are stamped and whether it repeats its framework's id makes no difference; its secrets are not kept.</summary>
    private static bool Same(ExecutorInfo running, ExecutorInfo asked, string frameworkId) =>
        Plain(running, frameworkId).Equals(Plain(asked, frameworkId));

    private static ExecutorInfo Plain(ExecutorInfo executor, string frameworkId)
    {
        var plain = executor.WithoutSecrets().Clone();
        plain.FrameworkId = new FrameworkID { Value = frameworkId };
        if (!plain.HasType)
            plain.Type = ExecutorType.Custom;
        plain.Resources.Clear();
        plain.Resources.Add(Amounts.Of(executor.Resources).ToMessages());
        return plain;
    }
}
