using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;

namespace DataPlatform.Services.Agent.Link;

/// <summary>What the master says, as inputs to the agent's decisions.</summary>
internal static class LinkEvents
{
    /// <summary>The part that an event of this type carries and this one does not; null when nothing is missing.</summary>
    public static string? Missing(AgentEvent message)
    {
        var name = WireName.Of(message.Type).ToLowerInvariant();
        return AgentEvent.Descriptor.FindFieldByName(name) is { } part && !part.Accessor.HasValue(message) ? name : null;
    }

    /// <summary>Null for what the link answers by itself.</summary>
    public static AgentInput? ToInput(AgentEvent message, Func<Guid> newContainerId) => message.Type switch
    {
        AgentEvent.Types.Type.Registered => new AgentInput.LinkRegistered(message.Registered.AgentId.Value),
        AgentEvent.Types.Type.RunTask when message.RunTask.Framework.Id is not null =>
            new AgentInput.RunTask(message.RunTask.Framework, message.RunTask.Task, newContainerId().ToString(), message.RunTask is { HasLaunchExecutor: true, LaunchExecutor: false } ? "" : newContainerId().ToString()),
        AgentEvent.Types.Type.RunGroup when message.RunGroup.Framework.Id is not null => new AgentInput.RunGroup(
            message.RunGroup.Framework, message.RunGroup.Executor,
            [.. message.RunGroup.TaskGroup.Tasks.Select(task => (task, newContainerId().ToString()))],
            message.RunGroup is { HasLaunchExecutor: true, LaunchExecutor: false, Executor.Type: ExecutorInfo.Types.Type.Custom } ? "" : newContainerId().ToString(), newContainerId().ToString()),
        AgentEvent.Types.Type.ShutdownExecutor => new AgentInput.ShutdownExecutor(
            new ExecutorKey(message.ShutdownExecutor.FrameworkId.Value, message.ShutdownExecutor.ExecutorId.Value)),
        AgentEvent.Types.Type.ExecutorMessage => new AgentInput.MessageToExecutor(
            new ExecutorKey(message.ExecutorMessage.FrameworkId.Value, message.ExecutorMessage.ExecutorId.Value), message.ExecutorMessage.Data),
        AgentEvent.Types.Type.KillTask => new AgentInput.KillTask(
            new TaskKey(message.KillTask.FrameworkId.Value, message.KillTask.TaskId.Value),
            message.KillTask.KillPolicy?.GracePeriod is { } grace ? TimeSpan.FromTicks(grace.Nanoseconds / 100) : null,
            message.KillTask.Draining),
        AgentEvent.Types.Type.Acknowledge => new AgentInput.Acknowledge(
            new TaskKey(message.Acknowledge.FrameworkId.Value, message.Acknowledge.TaskId.Value), message.Acknowledge.Uuid),
        AgentEvent.Types.Type.ShutdownFramework => new AgentInput.ShutdownFramework(message.ShutdownFramework.FrameworkId.Value),
        AgentEvent.Types.Type.Ping when message.Pinged is { Executors.Count: > 0 } pinged => new AgentInput.Pinged(
            pinged.Number, [.. pinged.Executors.Select(each => new ExecutorKey(each.FrameworkId.Value, each.ExecutorId.Value))]),
        AgentEvent.Types.Type.Shutdown => new AgentInput.Shutdown(message.Shutdown.Message),
        _ => null,
    };
}
