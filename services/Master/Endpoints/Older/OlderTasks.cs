using System.Text.Json;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;

namespace DataPlatform.Services.Master.Endpoints.Older;

/// <summary>Tasks, and how many there are in each state.</summary>
internal static class OlderTasks
{
    private static readonly (TaskState State, string Name)[] Counted =
    [
        (TaskState.TaskStaging, "TASK_STAGING"), (TaskState.TaskStarting, "TASK_STARTING"), (TaskState.TaskRunning, "TASK_RUNNING"),
        (TaskState.TaskKilling, "TASK_KILLING"), (TaskState.TaskFinished, "TASK_FINISHED"), (TaskState.TaskKilled, "TASK_KILLED"),
        (TaskState.TaskFailed, "TASK_FAILED"), (TaskState.TaskLost, "TASK_LOST"), (TaskState.TaskError, "TASK_ERROR"),
        (TaskState.TaskUnreachable, "TASK_UNREACHABLE"),
    ];

    public static void WriteList(Utf8JsonWriter json, string name, IEnumerable<TaskRecord> tasks)
    {
        json.WriteStartArray(name);
        foreach (var task in tasks)
            Write(json, task);
        json.WriteEndArray();
    }

    public static void WriteCounts(Utf8JsonWriter json, IEnumerable<TaskRecord> tasks)
    {
        var counts = tasks.CountBy(task => task.State).ToDictionary();
        foreach (var (state, name) in Counted)
            json.WriteNumber(name, counts.GetValueOrDefault(state));
    }

    /// <summary>The part as the newer API writes it.</summary>
    public static void WriteMessage(Utf8JsonWriter json, string name, IMessage? message)
    {
        if (message is null)
            return;
        json.WritePropertyName(name);
        json.WriteRawValue(MessageCodec.Json.Encode(message));
    }

    private static void Write(Utf8JsonWriter json, TaskRecord task)
    {
        json.WriteStartObject();
        json.WriteString("id", task.TaskId.Value);
        json.WriteString("name", task.Name);
        json.WriteString("framework_id", task.FrameworkId.Value);
        json.WriteString("executor_id", task.ExecutorId?.Value ?? "");
        json.WriteString("slave_id", task.AgentId.Value);
        json.WriteString("state", WireName.Of(task.State));
        OlderResources.Write(json, "resources", task.Resources);
        json.WriteString("role", task.Resources.Select(resource => resource.AllocationInfo?.Role).FirstOrDefault(role => role is not null) ?? "*");
        json.WriteStartArray("statuses");
        foreach (var status in task.Statuses)
        {
            json.WriteStartObject();
            json.WriteString("state", WireName.Of(status.State));
            json.WriteNumber("timestamp", status.Timestamp);
            WriteMessage(json, "container_status", status.ContainerStatus);
            if (status.HasHealthy)
                json.WriteBoolean("healthy", status.Healthy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (task.HasUser)
            json.WriteString("user", task.User);
        if (task.Labels is { Labels_.Count: > 0 } labels)
            WriteLabels(json, labels);
        WriteMessage(json, "discovery", task.Discovery);
        WriteMessage(json, "container", task.Container);
        WriteMessage(json, "health_check", task.HealthCheck);
        json.WriteEndObject();
    }

    public static void WriteLabels(Utf8JsonWriter json, Labels labels)
    {
        json.WriteStartArray("labels");
        foreach (var label in labels.Labels_)
        {
            json.WriteStartObject();
            json.WriteString("key", label.Key);
            if (label.HasValue)
                json.WriteString("value", label.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
