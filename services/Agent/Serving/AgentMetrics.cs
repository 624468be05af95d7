using System.Globalization;
using System.Text;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;

namespace DataPlatform.Services.Agent.Serving;

/// <summary>What this agent counts; names after Mesos's where it has the same.</summary>
internal sealed class AgentMetrics(AgentLoop loop, Func<int> recoveryErrors, TimeProvider time)
{
    private readonly long started = time.GetTimestamp();
    private readonly Dictionary<TaskState, long> reported = [];
    private long fetched;
    private long fetchFailures;
    private long unwritten;
    private int registered;

    public void Count(TaskState state)
    {
        lock (reported)
            reported[state] = reported.GetValueOrDefault(state) + 1;
    }

    public void CountFetch(bool succeeded) => Interlocked.Increment(ref succeeded ? ref fetched : ref fetchFailures);

    /// <summary>Checkpoints that could not be written.</summary>
    public void CountUnwritten(int count) => Interlocked.Add(ref unwritten, count);

    public void SetRegistered(bool value) => Volatile.Write(ref registered, value ? 1 : 0);

    public async Task<IReadOnlyList<(string Name, double Value)>> ReadAsync()
    {
        var (launching, running, ending, waiting) = await loop.ReadAsync(core => (
            core.Runs.Count(run => run.Phase == RunPhase.Launching),
            core.Runs.Count(run => run.Phase == RunPhase.Running),
            core.Runs.Count(run => run.Phase == RunPhase.Ending),
            core.Runs.Sum(run => run.Updates.Pending.Count)));
        var metrics = new List<(string, double)>
        {
            ("slave/uptime_secs", time.GetElapsedTime(started).TotalSeconds),
            ("slave/registered", Volatile.Read(ref registered)),
            ("slave/tasks_staging", launching),
            ("slave/tasks_running", running),
            ("slave/tasks_killing", ending),
            ("slave/status_updates_pending", waiting),
            ("containerizer/fetcher/task_fetches_succeeded", Interlocked.Read(ref fetched)),
            ("containerizer/fetcher/task_fetches_failed", Interlocked.Read(ref fetchFailures)),
            ("slave/recovery_errors", recoveryErrors()),
            ("slave/checkpoints_not_written", Interlocked.Read(ref unwritten)),
            ("process/resident_bytes", Environment.WorkingSet),
        };
        lock (reported)
        {
            metrics.AddRange(reported.Where(each => each.Key.IsTerminal()).OrderBy(each => each.Key)
                .Select(each => ($"slave/tasks_{Name(each.Key)}", (double)each.Value)));
        }

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

        return text.ToString();
    }

    private static string Name(TaskState state) => state.ToString()["Task".Length..].ToLowerInvariant();
}
