using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Google.Protobuf;

namespace DataPlatform.Core.Pool;

/// <summary>What the master says to agents.</summary>
internal static class AgentEvents
{
    public static AgentEvent Registered(string agentId, ResourceBag converted, PoolSettings settings)
    {
        var registered = new AgentEvent.Types.Registered
        {
            AgentId = new AgentID { Value = agentId },
            PingIntervalSeconds = settings.AgentPingTimeout.TotalSeconds,
            PingMisses = settings.MaxAgentPingTimeouts,
            MostUpdates = settings.Limits.AgentUpdates,
        };
        registered.ConvertedResources.Add(converted.ToMessages());
        return new AgentEvent { Type = AgentEvent.Types.Type.Registered, Registered = registered };
    }

    public static AgentEvent ApplyOperation(ByteString uuid, Offer.Types.Operation operation, ResourceBag converted)
    {
        var apply = new AgentEvent.Types.ApplyOperation { Uuid = uuid, Info = operation };
        apply.ConvertedResources.Add(converted.ToMessages());
        return new AgentEvent { Type = AgentEvent.Types.Type.ApplyOperation, ApplyOperation = apply };
    }

    public static AgentEvent Refused(string message) => new()
    {
        Type = AgentEvent.Types.Type.Refused,
        Refused = new AgentEvent.Types.Refused { Message = message },
    };

    public static AgentEvent Ping(PooledAgent agent)
    {
        var pinged = new AgentEvent.Types.Pinged { Number = agent.Pings + 1 };
        foreach (var executor in agent.ExecutorsInOrder)
            pinged.Executors.Add(new AgentEvent.Types.Pinged.Types.Executor { FrameworkId = new FrameworkID { Value = executor.FrameworkId }, ExecutorId = executor.Info.ExecutorId });
        return new AgentEvent { Type = AgentEvent.Types.Type.Ping, Pinged = pinged };
    }

    public static AgentEvent RunTask(FrameworkInfo framework, TaskInfo task) => new()
    {
        Type = AgentEvent.Types.Type.RunTask,
        RunTask = new AgentEvent.Types.RunTask { Framework = framework, Task = task },
    };

    public static AgentEvent RunTask(FrameworkInfo framework, TaskInfo task, bool launchExecutor)
    {
        var run = RunTask(framework, task);
        run.RunTask.LaunchExecutor = launchExecutor;
        return run;
    }

    public static AgentEvent RunGroup(FrameworkInfo framework, ExecutorInfo executor, TaskGroupInfo group, bool launchExecutor) => new()
    {
        Type = AgentEvent.Types.Type.RunGroup,
        RunGroup = new AgentEvent.Types.RunGroup { Framework = framework, Executor = executor, TaskGroup = group, LaunchExecutor = launchExecutor },
    };

    public static AgentEvent ExecutorMessage(string frameworkId, ExecutorID executor, ByteString data) => new()
    {
        Type = AgentEvent.Types.Type.ExecutorMessage,
        ExecutorMessage = new AgentEvent.Types.ExecutorMessage
        {
            FrameworkId = new FrameworkID { Value = frameworkId },
            ExecutorId = executor,
            Data = data,
        },
    };

    public static AgentEvent ShutdownExecutor(string frameworkId, ExecutorID executor) => new()
    {
        Type = AgentEvent.Types.Type.ShutdownExecutor,
        ShutdownExecutor = new AgentEvent.Types.ShutdownExecutor { FrameworkId = new FrameworkID { Value = frameworkId }, ExecutorId = executor },
    };

    public static AgentEvent KillTask(string frameworkId, string taskId, KillPolicy? policy)
    {
        var kill = new AgentEvent.Types.KillTask
        {
            FrameworkId = new FrameworkID { Value = frameworkId },
            TaskId = new TaskID { Value = taskId },
        };
        if (policy is not null)
            kill.KillPolicy = policy;
        return new AgentEvent { Type = AgentEvent.Types.Type.KillTask, KillTask = kill };
    }

    public static AgentEvent Acknowledge(string frameworkId, TaskID task, ByteString uuid) => new()
    {
        Type = AgentEvent.Types.Type.Acknowledge,
        Acknowledge = new AgentEvent.Types.Acknowledge
        {
            FrameworkId = new FrameworkID { Value = frameworkId },
            TaskId = task,
            Uuid = uuid,
        },
    };

    public static AgentEvent ShutdownFramework(string frameworkId) => new()
    {
        Type = AgentEvent.Types.Type.ShutdownFramework,
        ShutdownFramework = new AgentEvent.Types.ShutdownFramework { FrameworkId = new FrameworkID { Value = frameworkId } },
    };

    public static AgentEvent Shutdown(string message) => new()
    {
        Type = AgentEvent.Types.Type.Shutdown,
        Shutdown = new AgentEvent.Types.Shutdown { Message = message },
    };
}
