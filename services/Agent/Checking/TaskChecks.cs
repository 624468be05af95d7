using System.Collections.Concurrent;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Checking;

/// <summary>Looks at running tasks again and again and tells the loop what it saw; what follows from it is decided there.</summary>
internal sealed class TaskChecks(CheckProbe probe, ActivityProbe activities, Func<TaskRun, CheckedTask?> checkedOf, Func<AgentInput, ValueTask> post, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan ShortestActivityInterval = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, CancellationTokenSource> running = new(StringComparer.Ordinal);

    public void Start(TaskRun run)
    {
        // A task without a process has nothing to look at; its end is on its way.
        if (checkedOf(run) is not { } task)
            return;
        var life = new CancellationTokenSource();
        if (!running.TryAdd(run.ContainerId, life))
            return;
        if (run.Task.HealthCheck is { } health && CheckPlan.Of(health) is { } healthPlan)
        {
            var timing = CheckTiming.Of(health.DelaySeconds, health.IntervalSeconds, health.TimeoutSeconds);
            var statuses = health.Http?.Statuses.ToList() ?? [];
            _ = CheckAsync(healthPlan, timing, task, result =>
            {
                var (passed, message) = result.AsHealth(statuses);
                return new AgentInput.HealthObserved(run.ContainerId, passed, message);
            }, life.Token);
        }

        if (run.Task.Check is { } check && CheckPlan.Of(check) is { } plan)
        {
            var timing = CheckTiming.Of(check.DelaySeconds, check.IntervalSeconds, check.TimeoutSeconds, check.HasStartingIntervalSeconds ? check.StartingIntervalSeconds : null);
            _ = CheckAsync(plan, timing, task, result => new AgentInput.CheckObserved(run.ContainerId, result.AsStatus(check.Type)), life.Token);
        }

        if (run.Task.Activity is { } activity)
            _ = LookAtActivityAsync(run.ContainerId, activity, task, life.Token);
    }

    public void Stop(string containerId)
    {
        if (running.TryRemove(containerId, out var life))
        {
            life.Cancel();
            life.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var containerId in running.Keys)
            Stop(containerId);
    }

    private Task LookAtActivityAsync(string containerId, ActivityInfo activity, CheckedTask task, CancellationToken stop)
    {
        var timing = CheckTiming.Of(activity.DelaySeconds, activity.IntervalSeconds, activity.TimeoutSeconds);
        var pause = timing.Interval > ShortestActivityInterval ? timing.Interval : ShortestActivityInterval;
        return RepeatAsync(
            timing.Delay, task, async () => (new AgentInput.ActivityObserved(containerId, await activities.LookAsync(activity, task, timing.Timeout, stop)), pause), stop);
    }

    private Task CheckAsync(CheckPlan plan, CheckTiming timing, CheckedTask task, Func<CheckResult, AgentInput> inputOf, CancellationToken stop)
    {
        var hasSucceeded = false;
        return RepeatAsync(timing.Delay, task, async () =>
        {
            var begun = time.GetTimestamp();
            var input = inputOf(await probe.LookAsync(plan, task, timing.Timeout, stop));
            hasSucceeded |= input is AgentInput.CheckObserved { Status: var status } && status.WhyNotServing() is null;
            return (input, timing.PauseAfter(time.GetElapsedTime(begun), hasSucceeded));
        }, stop);
    }

    /// <param name="look">What was seen, and how long it is until the next look.</param>
    private async Task RepeatAsync(TimeSpan delay, CheckedTask task, Func<Task<(AgentInput Seen, TimeSpan Pause)>> look, CancellationToken stop)
    {
        try
        {
            await Task.Delay(delay, time, stop);
            while (true)
            {
                var (seen, pause) = await look();
                // What is seen of a task that has ended meanwhile says nothing of the task.
                if (!ProcessStat.IsAlive(task.Supervisor))
                    return;
                await post(seen);
                await Task.Delay(pause, time, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The task is not to be looked at any more.
        }
    }
}
