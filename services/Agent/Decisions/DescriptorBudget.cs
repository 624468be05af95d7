using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Decisions;

/// <summary>How many files this agent may have open, and how many of them are there for tasks.</summary>
/// <param name="Limit">Of the whole process.</param>
/// <param name="ForTasks">What is left of it for tasks that run, are fetched for, or are checked.</param>
/// <param name="Starts">So many tasks are started at a time.</param>
public sealed record DescriptorBudget(long Limit, long ForTasks, int Starts)
{
    /// <summary>So many containers within tasks may run at a time.</summary>
    public int Nested { get; init; }

    /// <summary>Of a container within a task: its end, what goes in and comes out, its terminal, its logs.</summary>
    private const int ForNested = 6;

    private const int MostNested = 64;

    /// <summary>What the runtime (two for each of its libraries), the checkpoints and the link hold: 190 were counted.</summary>
    private const int Reserve = 224;

    /// <summary>Pipes, logs and mounts of one start, for some milliseconds.</summary>
    private const int ForStart = 24;

    private const int FewestStarts = 2;

    /// <param name="connections">So many are taken from callers at most.</param>
    /// <param name="startsWanted">Where descriptors are few, it is fewer.</param>
    public static DescriptorBudget From(long limit, int connections, int startsWanted)
    {
        var left = Math.Max(0, limit - Reserve - connections);
        var starts = (int)Math.Clamp(left / 4 / ForStart, FewestStarts, Math.Max(FewestStarts, startsWanted));
        var nested = (int)Math.Min(MostNested, left / 8 / ForNested);
        return new DescriptorBudget(limit, Math.Max(0, left - (starts * ForStart) - (nested * ForNested)), starts) { Nested = nested };
    }

    /// <summary>One to hear of its end; more while artifacts are fetched, and for what looks at it.</summary>
    internal static int CostOf(TaskInfo task, RunPhase phase)
    {
        const int fetch = 3;
        const int check = 2;
        return phase switch
        {
            RunPhase.Launching => 1 + Math.Max(task.Command?.Uris.Count > 0 ? fetch : 0, Checks(task) * check),
            RunPhase.Running or RunPhase.Ending => 1 + (Checks(task) * check),
            _ => 0,
        };
    }

    /// <summary>Why tasks of that cost can't be taken in beside what is there; null when they can.</summary>
    internal LaunchFailure? Refusal(long taken, long cost) => taken + cost <= ForTasks
        ? null
        : LaunchFailure.Dropped(
            $"This agent may have {Limit} open files, of which {ForTasks} are for tasks: {taken} are taken by tasks that are here, {cost} more would be too many (the host's limit of open files, ulimit -n, bounds it)");

    private static int Checks(TaskInfo task) => (task.HealthCheck is null ? 0 : 1) + (task.Check is null ? 0 : 1) + (task.Activity is null ? 0 : 1);
}
