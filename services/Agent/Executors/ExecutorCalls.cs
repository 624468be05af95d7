using DataPlatform.Core.Protocol.Mesos;
using CallType = DataPlatform.Core.Protocol.Mesos.ExecutorCall.Types.Type;

namespace DataPlatform.Services.Agent.Executors;

/// <summary>What a call of an executor may say by itself, whoever makes it.</summary>
internal static class ExecutorCalls
{
    private const int UuidBytes = 16;

    /// <summary>Why the call is no good, or null.</summary>
    public static string? WhyNot(ExecutorCall call) => call.Type switch
    {
        CallType.Subscribe => call.Subscribe?.UnacknowledgedUpdates.Select(each => WhyNotUpdate(call, each.Status, "subscribe.unacknowledged_updates")).FirstOrDefault(why => why is not null),
        CallType.Update when call.Update is null => "'update' is missing in the call",
        CallType.Update => WhyNotUpdate(call, call.Update.Status, "update"),
        CallType.Message when call.Message is null => "'message' is missing in the call",
        CallType.Message or CallType.Heartbeat => null,
        _ => "'type' is missing or unknown in the call; SUBSCRIBE, UPDATE, MESSAGE and HEARTBEAT are allowed",
    };

    private static string? WhyNotUpdate(ExecutorCall call, TaskReport status, string where) =>
        !status.HasUuid ? $"{where}.status.uuid is missing; the acknowledgement names it"
        : status.Uuid.Length != UuidBytes ? $"{where}.status.uuid has {status.Uuid.Length} bytes; a UUID has {UuidBytes}"
        : status.ExecutorId is { } named && named.Value != call.ExecutorId.Value ? $"{where}.status.executor_id is not the call's executor_id"
        : status.Source != TaskReport.Types.Source.Executor ? $"{where}.status.source must be SOURCE_EXECUTOR"
        : status.State == TaskState.TaskStaging ? $"{where}.status.state is TASK_STAGING, which is the agent's to say"
        : null;
}
