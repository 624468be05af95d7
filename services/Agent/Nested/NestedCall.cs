using DataPlatform.Core.Protocol.Mesos;
using CallType = DataPlatform.Core.Protocol.Mesos.AgentOperatorCall.Types.Type;

namespace DataPlatform.Services.Agent.Nested;

/// <summary>A call about a container within a task's, whichever of the two names that Mesos has for it was used.</summary>
internal abstract record NestedCall
{
    private NestedCall(NestedName name) => Name = name;

    public NestedName Name { get; }

    public sealed record Launch(NestedName Container, NestedCommand Command) : NestedCall(Container);

    public sealed record Session(NestedName Container, NestedCommand Command) : NestedCall(Container);

    /// <param name="Newer">The answer goes by the newer name.</param>
    public sealed record Wait(NestedName Container, bool Newer) : NestedCall(Container);

    public sealed record Kill(NestedName Container, int Signal) : NestedCall(Container);

    public sealed record Remove(NestedName Container) : NestedCall(Container);

    public sealed record AttachOutput(NestedName Container) : NestedCall(Container);

    private const int LastSignal = 64;
    private const int KillSignal = 9;

    public static bool Is(CallType type) => type is CallType.LaunchNestedContainer or CallType.LaunchNestedContainerSession or CallType.WaitNestedContainer
        or CallType.KillNestedContainer or CallType.RemoveNestedContainer or CallType.AttachContainerInput or CallType.AttachContainerOutput
        or CallType.LaunchContainer or CallType.WaitContainer or CallType.KillContainer or CallType.RemoveContainer;

    public static bool IsAnsweredByStream(CallType type) => type is CallType.LaunchNestedContainerSession or CallType.AttachContainerOutput;

    /// <summary>Why the call can't be understood, or null when <paramref name="call"/> is set.</summary>
    public static string? WhyNot(AgentOperatorCall given, out NestedCall? call)
    {
        call = null;
        var (body, containerId) = BodyOf(given);
        if (NestedName.WhyNot(containerId, body + ".container_id", out var id) is { } problem)
            return problem;
        switch (given.Type)
        {
            case CallType.LaunchNestedContainer or CallType.LaunchNestedContainerSession or CallType.LaunchContainer:
                return WhyNotLaunch(given, body, id!, out call);
            case CallType.KillNestedContainer or CallType.KillContainer:
                var signal = given.Type == CallType.KillContainer
                    ? given.KillContainer.HasSignal ? given.KillContainer.Signal : KillSignal
                    : given.KillNestedContainer.HasSignal ? given.KillNestedContainer.Signal : KillSignal;
                call = new Kill(id!, signal);
                return signal is >= 1 and <= LastSignal ? null : $"'{body}.signal' is {signal}; allowed are 1 to {LastSignal}";
            default:
                call = given.Type switch
                {
                    CallType.WaitNestedContainer or CallType.WaitContainer => new Wait(id!, given.Type == CallType.WaitContainer),
                    CallType.RemoveNestedContainer or CallType.RemoveContainer => new Remove(id!),
                    CallType.AttachContainerOutput => new AttachOutput(id!),
                    var other => throw new InvalidOperationException($"Unhandled call {other}"),
                };
                return null;
        }
    }

    private static string? WhyNotLaunch(AgentOperatorCall given, string body, NestedName id, out NestedCall? call)
    {
        call = null;
        if (given.LaunchContainer is { } newer && given.Type == CallType.LaunchContainer && (newer.Resources.Count > 0 || newer.Limits.Count > 0))
            return $"'{body}' has resources or limits: a container within a task's shares the task's";
        var (info, container) = given.Type switch
        {
            CallType.LaunchContainer => (given.LaunchContainer.Command, given.LaunchContainer.Container),
            CallType.LaunchNestedContainer => (given.LaunchNestedContainer.Command, given.LaunchNestedContainer.Container),
            _ => (given.LaunchNestedContainerSession.Command, given.LaunchNestedContainerSession.Container),
        };
        if (NestedCommand.WhyNot(info, container, body, out var command) is { } why)
            return why;
        call = given.Type == CallType.LaunchNestedContainerSession ? new Session(id, command!) : new Launch(id, command!);
        return null;
    }

    private static (string Name, ContainerID? Id) BodyOf(AgentOperatorCall call) => call.Type switch
    {
        CallType.LaunchNestedContainer => ("launch_nested_container", call.LaunchNestedContainer?.ContainerId),
        CallType.LaunchNestedContainerSession => ("launch_nested_container_session", call.LaunchNestedContainerSession?.ContainerId),
        CallType.WaitNestedContainer => ("wait_nested_container", call.WaitNestedContainer?.ContainerId),
        CallType.KillNestedContainer => ("kill_nested_container", call.KillNestedContainer?.ContainerId),
        CallType.RemoveNestedContainer => ("remove_nested_container", call.RemoveNestedContainer?.ContainerId),
        CallType.AttachContainerOutput => ("attach_container_output", call.AttachContainerOutput?.ContainerId),
        CallType.LaunchContainer => ("launch_container", call.LaunchContainer?.ContainerId),
        CallType.WaitContainer => ("wait_container", call.WaitContainer?.ContainerId),
        CallType.KillContainer => ("kill_container", call.KillContainer?.ContainerId),
        CallType.RemoveContainer => ("remove_container", call.RemoveContainer?.ContainerId),
        var other => throw new InvalidOperationException($"Unhandled call {other}"),
    };
}
