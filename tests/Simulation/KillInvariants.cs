using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;

namespace DataPlatform.Simulation.Tests;

/// <summary>
/// A task that a framework kills is asked to end, and has the grace period that goes with that before it is ended by force. That it
/// ends then is seen from the run's end: one that minds no signals does so in no other way.
/// </summary>
internal sealed class KillInvariants(TimeSpan usual, Action<string> fail)
{
    /// <summary>The shortest grace period that was asked for; null: the task's own.</summary>
    private readonly Dictionary<string, List<TimeSpan?>> asked = [];
    private readonly HashSet<string> drained = [];

    public void Asked(string task, KillPolicy? policy)
    {
        if (!asked.TryGetValue(task, out var graces))
            asked[task] = graces = [];
        graces.Add(LengthOf(policy));
    }

    /// <summary>Its operator says how long the tasks on it have.</summary>
    public void Drained(string agentId) => drained.Add(agentId);

    /// <summary>An agent ends a task by force.</summary>
    public void Forced(TaskRun run, TimeSpan? sinceDecided)
    {
        // Of what ends in silence nobody says how long it has; what is killed while it is launched has never run.
        if (run.Intent != KillIntent.Killed || drained.Contains(run.Task.AgentId.Value) || !run.Statuses.Any(status => status.State == TaskState.TaskRunning))
            return;
        var task = $"{run.Key.FrameworkId}/{run.Key.TaskId}";
        var own = LengthOf(run.Task.KillPolicy) ?? usual;
        // One of a pod ends with another one of it.
        var graces = (asked.GetValueOrDefault(task) ?? []).Select(grace => grace ?? own).Concat(run.Pod is null ? [] : [own]).ToList();
        if (graces.Count == 0)
            fail($"task {task} was ended by force, and nobody had it killed");
        else if (sinceDecided is not { } time || time < graces.Min())
            fail($"task {task} was ended by force {sinceDecided?.TotalSeconds} s after it was asked to end, and its framework gave it {graces.Min().TotalSeconds} s");
    }

    /// <summary>TASK_KILLING is for those who know it.</summary>
    public void Told(string task, TaskState state, bool knowsKilling)
    {
        if (state == TaskState.TaskKilling && !knowsKilling)
            fail($"of task {task} its framework was told TASK_KILLING, which it does not know");
    }

    private static TimeSpan? LengthOf(KillPolicy? policy) => policy?.GracePeriod is { } given ? TimeSpan.FromTicks(given.Nanoseconds / 100) : null;
}
