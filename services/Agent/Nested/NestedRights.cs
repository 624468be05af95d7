using DataPlatform.Core.Pool;

namespace DataPlatform.Services.Agent.Nested;

/// <summary>Which rights a call about a container within a task's needs; their object is the task's user.</summary>
internal static class NestedRights
{
    /// <summary>Of launches two, as Mesos has it: under a task of the user, and as the user, which is the same here.</summary>
    public static IReadOnlyList<AccessAction> Of(NestedCall call) => call switch
    {
        NestedCall.Launch => [AccessAction.LaunchNestedContainers, AccessAction.LaunchNestedContainersAsUser],
        NestedCall.Session => [AccessAction.LaunchNestedContainerSessions, AccessAction.LaunchNestedContainerSessionsAsUser],
        NestedCall.Wait => [AccessAction.WaitNestedContainers],
        NestedCall.Kill => [AccessAction.KillNestedContainers],
        NestedCall.Remove => [AccessAction.RemoveNestedContainers],
        NestedCall.AttachOutput => [AccessAction.AttachContainersOutput],
        _ => throw new InvalidOperationException($"Unhandled call {call}"),
    };

    public static IReadOnlyList<AccessAction> OfInput { get; } = [AccessAction.AttachContainersInput];
}
