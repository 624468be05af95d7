using System.Globalization;
using System.Text;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Link;
using DataPlatform.Services.Hosting.Serving;

namespace DataPlatform.Services.Agent.Serving;

/// <summary>What this agent counts; names after Mesos's where it has the same.</summary>
internal sealed class AgentMetrics(
    AgentLoop loop, IReadOnlyList<Resource> resources, LinkStatus link, Func<int> recoveryErrors, TimeProvider time)
{
    private static readonly string[] Usual = ["cpus", "mem", "disk", "gpus"];
    private static readonly TaskState[] Ends =
    [
        TaskState.TaskFinished, TaskState.TaskFailed, TaskState.TaskKilled, TaskState.TaskLost, TaskState.TaskDropped, TaskState.TaskError,
        TaskState.TaskGone,
    ];


    private readonly long started = time.GetTimestamp();
    private readonly Dictionary<TaskState, long> reported = [];
    private long fetched;
    private long fetchFailures;
    private long unwritten;
    private long updates;
    private long launchErrors;

    public void Count(TaskReport status)
    {
        Interlocked.Increment(ref updates);
        lock (reported)
        {
            reported[status.State] = reported.GetValueOrDefault(status.State) + 1;
            if (status.Reason == TaskReport.Types.Reason.ContainerLaunchFailed)
                launchErrors++;
        }
    }

    /// <summary>How many tasks have processes that withstand SIGKILL.</summary>
    public Func<int> Unkillable { get; set; } = () => 0;

    /// <summary>Of executors to their schedulers.</summary>
    public Func<(long Taken, long Refused)> Messages { get; set; } = () => (0, 0);

    public void CountFetch(bool succeeded) => Interlocked.Increment(ref succeeded ? ref fetched : ref fetchFailures);

    /// <summary>Checkpoints that could not be written.</summary>
    public void CountUnwritten(int count) => Interlocked.Add(ref unwritten, count);

    public async Task<IReadOnlyList<(string Name, double Value)>> ReadAsync()
    {
        var state = await loop.ReadAsync(core => new
        {
            Launching = core.Runs.Count(run => run.Phase == RunPhase.Launching),
            Running = core.Runs.Count(run => run.Phase == RunPhase.Running),
            Ending = core.Runs.Count(run => run.Phase == RunPhase.Ending),
            Waiting = core.Runs.Sum(run => run.Updates.Pending.Count),
            Frameworks = core.Runs.Select(run => run.Key.FrameworkId).Distinct(StringComparer.Ordinal).Count(),
            Held = core.Runs.Where(run => run.Phase != RunPhase.Ended).SelectMany(run => run.Task.Resources)
                .Concat(core.ExecutorInfos.SelectMany(each => each.Info.Resources))
                .Where(each => each.Scalar is not null).GroupBy(each => each.Name, StringComparer.Ordinal)
                .ToDictionary(each => each.Key, each => each.Sum(resource => resource.Scalar.Value), StringComparer.Ordinal),
        });
        var metrics = new List<(string, double)>
        {
            ("slave/uptime_secs", time.GetElapsedTime(started).TotalSeconds),
            ("slave/registered", link.Read().Registered ? 1 : 0),
            ("slave/frameworks_active", state.Frameworks),
            ("slave/executors_registering", state.Launching),
            ("slave/executors_running", state.Running),
            ("slave/executors_terminating", state.Ending),
            ("slave/tasks_staging", state.Launching),
            ("slave/tasks_starting", 0), // A task is RUNNING as soon as it has been started.
            ("slave/tasks_running", state.Running),
            ("slave/tasks_killing", state.Ending),
            ("slave/status_updates_pending", state.Waiting),
            ("slave/valid_framework_messages", Messages().Taken),
            ("slave/executor_messages_refused", Messages().Refused),
            ("slave/valid_status_updates", Interlocked.Read(ref updates)),
            ("containerizer/fetcher/task_fetches_succeeded", Interlocked.Read(ref fetched)),
            ("containerizer/fetcher/task_fetches_failed", Interlocked.Read(ref fetchFailures)),
            ("slave/recovery_errors", recoveryErrors()),
            ("slave/checkpoints_not_written", Interlocked.Read(ref unwritten)),
            ("containerizer/unkillable_containers", Unkillable()),
        };
        foreach (var name in Usual)
        {
            var total = resources.Where(each => each.Name == name && each.Scalar is not null).Sum(each => each.Scalar.Value);
            var used = state.Held.GetValueOrDefault(name);
            metrics.Add(($"slave/{name}_total", total));
            metrics.Add(($"slave/{name}_used", used));
            metrics.Add(($"slave/{name}_percent", total > 0 ? used / total : 0));
        }

        lock (reported)
        {
            metrics.AddRange(Ends.Select(each => ($"slave/tasks_{Name(each)}", (double)reported.GetValueOrDefault(each))));
            metrics.Add(("slave/executors_terminated", Ends.Sum(each => reported.GetValueOrDefault(each))));
            metrics.Add(("slave/container_launch_errors", launchErrors));
        }

        metrics.AddRange(HostMetrics.Read());
        return metrics;
    }

    /// <summary>In the text form that Prometheus reads.</summary>
    public async Task<string> ToPrometheusAsync()
    {
        var text = new StringBuilder();
        foreach (var (name, value) in await ReadAsync())
        {
            text.Append("dp_agent_").Append(name.Replace("slave/", "", StringComparison.Ordinal).Replace('/', '_')).Append(' ')
                .Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        }

        return text.Append(ProcessMetrics.Text()).ToString();
    }

    private static string Name(TaskState state) => state.ToString()["Task".Length..].ToLowerInvariant();
}
