using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.State;
using Google.Protobuf;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <content>What agents tell of what tasks do.</content>
public sealed partial class SchedulerCore
{
    /// <summary>A busy task is told of every few seconds, and nothing is lost by remembering it a little less exactly.</summary>
    private static readonly TimeSpan RememberActivityEvery = TimeSpan.FromMinutes(1);

    private ActivityView? seenActivity;

    private void Told(SchedulerEvent.Types.Message message, DateTimeOffset now)
    {
        // A task by itself has an executor of its own id.
        if (RowOf(message.ExecutorId.Value) is not { Living: true } row || row.AgentId != message.AgentId.Value)
            return;
        var report = Read(message.Data);
        if (report is not null && EngineFacts.After(cluster.Reports.GetValueOrDefault(row.TaskId), report, now) is { } said)
        {
            Said(row.TaskId, said);
            if (cluster.Pods.GetValueOrDefault(row.Pod) is { } record)
                Grow(record.Type, now);
        }
        if (report is { Seen.Count: > 0 } && report.Seen.All(seen => seen.Sign.Kind == ActivityInfo.Types.Sign.Types.Kind.Fact))
            return;
        var before = cluster.Activities.GetValueOrDefault(row.TaskId);
        var after = report is not null
            ? Activities.After(before, row.TaskId, report, now)
            : (before ?? new TaskActivity(row.TaskId, now)) with { LookedAt = now, WhyNot = "what its agent tells can't be read", Busy = null };
        cluster.Activities[row.TaskId] = after;
        if (after.LastAt is { } at && !(cluster.RememberedActivities.TryGetValue(row.TaskId, out var remembered) && at - remembered < RememberActivityEvery))
        {
            cluster.RememberedActivities[row.TaskId] = at;
            Store(SchedulerMemory.Put(after));
        }
        TellActivity(now);
    }

    private void Said(string taskId, FactReport said)
    {
        var before = cluster.Reports.GetValueOrDefault(taskId);
        cluster.Reports[taskId] = said;
        if (before is null || !before.Values.OrderBy(pair => pair.Key, StringComparer.Ordinal).SequenceEqual(said.Values.OrderBy(pair => pair.Key, StringComparer.Ordinal)))
            Changed();
    }

    private static ActivityReport? Read(ByteString data)
    {
        try
        {
            return ActivityReport.Parser.ParseFrom(data);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>Also without any news an answer becomes too old.</summary>
    private void TellActivity(DateTimeOffset now)
    {
        var view = Activities.Of(cluster, now);
        if (view == seenActivity)
            return;
        seenActivity = view;
        Changed();
    }

    private void ForgetActivity(string taskId)
    {
        cluster.Activities.Remove(taskId);
        if (cluster.RememberedActivities.Remove(taskId))
            Store(SchedulerMemory.RemoveActivity(taskId));
    }
}
