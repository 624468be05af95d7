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
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(50);
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
            _ = RepeatAsync(healthPlan, timing, task, result =>
            {
                var (passed, message) = result.AsHealth(statuses);
                return new AgentInput.HealthObserved(run.ContainerId, passed, message);
            }, life.Token);
        }

        if (run.Task.Check is { } check && CheckPlan.Of(check) is { } plan)
        {
            var timing = CheckTiming.Of(check.DelaySeconds, check.IntervalSeconds, check.TimeoutSeconds, check.HasStartingIntervalSeconds ? check.StartingIntervalSeconds : null);
            _ = RepeatAsync(plan, timing, task, result => new AgentInput.CheckObserved(run.ContainerId, result.AsStatus(check.Type)), life.Token);
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

    private async Task LookAtActivityAsync(string containerId, ActivityInfo activity, CheckedTask task, CancellationToken stop)
    {
        var timing = CheckTiming.Of(activity.DelaySeconds, activity.IntervalSeconds, activity.TimeoutSeconds);
        try
        {
            await Task.Delay(timing.Delay, time, stop);
            while (true)
            {
                var report = await activities.LookAsync(activity, task, timing.Timeout, stop);
                if (!ProcessStat.IsAlive(task.Supervisor))
                    return;
                await post(new AgentInput.ActivityObserved(containerId, report));
                await Task.Delay(timing.Interval > ShortestActivityInterval ? timing.Interval : ShortestActivityInterval, time, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The task is not to be looked at any more.
        }
    }

    private async Task RepeatAsync(CheckPlan plan, CheckTiming timing, CheckedTask task, Func<CheckResult, AgentInput> inputOf, CancellationToken stop)
    {
        try
        {
            await Task.Delay(timing.Delay, time, stop);
            var hasSucceeded = false;
            while (true)
            {
                var result = await probe.LookAsync(plan, task, timing.Timeout, stop);
                // What is seen of a task that has ended meanwhile says nothing of the task.
                if (!ProcessStat.IsAlive(task.Supervisor))
                    return;
                var input = inputOf(result);
                hasSucceeded |= input is AgentInput.CheckObserved { Status: var status } && status.WhyNotServing() is null;
                await post(input);
                var interval = hasSucceeded ? timing.Interval : timing.Starting;
                await Task.Delay(interval > ShortestInterval ? interval : ShortestInterval, time, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The task is not to be looked at any more.
        }
    }
}
