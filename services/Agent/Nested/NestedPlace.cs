using DataPlatform.Services.Agent.Decisions;

namespace DataPlatform.Services.Agent.Nested;

/// <summary>Finds the task in whose container a named one is, or is to be.</summary>
internal static class NestedPlace
{
    /// <summary>Null when no task that the name can mean is known.</summary>
    public static (NestedId Id, TaskRun Task)? Of(NestedName name, AgentCore core)
    {
        foreach (var id in name.Readings)
        {
            if (core.Programs.FirstOrDefault(run => run.ContainerId == id.Task && (id.Pod is null || run.Pod?.ContainerId == id.Pod)) is { } task)
                return (id, task);
        }

        return null;
    }
}
