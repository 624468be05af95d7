namespace DataPlatform.Services.Agent.Decisions;

// What is to be done when nothing was said: a task is looked at only when it was touched or when its time has come, so
// that an input costs the same however many tasks there are.
public sealed partial class AgentCore
{
    private readonly HashSet<TaskRun> touched = [];
    private readonly PriorityQueue<TaskRun, (TimeSpan At, long Order)> wakes = new();
    private long lastOrder;

    /// <summary>The earliest time, on the steady clock, at which a Tick has something to do.</summary>
    public TimeSpan? NextWake
    {
        get
        {
            while (wakes.TryPeek(out var run, out var wake))
            {
                if (IsCurrent(run, wake.At))
                    return wake.At;
                wakes.Dequeue();
            }

            return null;
        }
    }

    private void Touch(TaskRun run) => touched.Add(run);

    private void OnTime()
    {
        ScheduleTouched();
        while (wakes.TryPeek(out var run, out var wake) && wake.At <= now.Steady)
        {
            wakes.Dequeue();
            if (!IsCurrent(run, wake.At))
                continue;
            run.WakeAt = null;
            Act(run);
            Schedule(run);
        }
    }

    private void ScheduleTouched()
    {
        foreach (var run in touched)
            Schedule(run);
        touched.Clear();
    }

    /// <summary>A wake that has become too early is left: it finds nothing to do and is set anew.</summary>
    private void Schedule(TaskRun run)
    {
        if (DueOf(run) is not { } due || run.WakeAt <= due)
            return;
        run.WakeAt = due;
        wakes.Enqueue(run, (due, ++lastOrder));
    }

    private bool IsCurrent(TaskRun run, TimeSpan at) =>
        run.WakeAt == at && byContainer.TryGetValue(run.ContainerId, out var known) && known == run;

    private TimeSpan? DueOf(TaskRun run)
    {
        var earliest = linked ? run.Updates.Due : null;
        var other = run.Phase switch
        {
            RunPhase.Running => run.ProgramOf is { } executor ? executor.SubscribeBy : run.CompleteBy,
            RunPhase.Ending => run.KillAt,
            _ => null,
        };
        return earliest is null || other < earliest ? other ?? earliest : earliest;
    }

    private void Act(TaskRun run)
    {
        if (run.Phase == RunPhase.Running && run.CompleteBy <= now.Steady)
            BeginEnd(run, KillIntent.TooLong, null);
        if (run.Phase == RunPhase.Running && run.ProgramOf is { } executor && executor.SubscribeBy <= now.Steady)
            GiveUp(executor);
        if (run.Phase == RunPhase.Ending && run.KillAt <= now.Steady)
        {
            run.KillAt = now.Steady + settings.DestroyAgain;
            effects.Add(new AgentEffect.Destroy(run.ContainerId));
        }

        if (linked && run.Updates.TakeDue(now.Steady) is { } report)
            effects.Add(new AgentEffect.Send(run.Key, report, run.State));
    }
}
