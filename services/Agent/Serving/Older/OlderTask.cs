using System.Text.Json;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Sandboxes;

namespace DataPlatform.Services.Agent.Serving.Older;

/// <summary>A task and the executor that Mesos would have made for it.</summary>
internal sealed record OlderTask(FrameworkInfo Framework, TaskRecord Record, string ContainerId, RunPhase Phase)
{
    public void WriteExecutor(Utf8JsonWriter writer, SandboxPaths paths)
    {
        var key = new TaskKey(Record.FrameworkId.Value, Record.TaskId.Value);
        writer.WriteStartObject();
        writer.WriteString("id", key.TaskId);
        writer.WriteString("name", $"Command Executor (Task: {key.TaskId})");
        writer.WriteString("source", key.TaskId);
        writer.WriteString("container", ContainerId);
        writer.WriteString("directory", paths.Run(Record.AgentId.Value, key, ContainerId));
        OlderResources.Write(writer, "resources", Record.Resources);
        writer.WriteString("role", Role);
        WriteTasks(writer, "tasks", Phase is RunPhase.Running or RunPhase.Ending);
        WriteTasks(writer, "queued_tasks", Phase == RunPhase.Launching);
        WriteTasks(writer, "completed_tasks", Phase == RunPhase.Ended);
        writer.WriteEndObject();
    }

    private string Role => Record.Resources.Select(each => each.AllocationInfo?.Role).FirstOrDefault(each => each is not null)
        ?? Framework.Roles.FirstOrDefault() ?? "*";

    private void WriteTasks(Utf8JsonWriter writer, string name, bool here)
    {
        writer.WriteStartArray(name);
        if (here)
            WriteTask(writer);
        writer.WriteEndArray();
    }

    private void WriteTask(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("id", Record.TaskId.Value);
        writer.WriteString("name", Record.Name);
        writer.WriteString("framework_id", Record.FrameworkId.Value);
        writer.WriteString("executor_id", ""); // As Mesos has it for a task without an executor of its own.
        writer.WriteString("slave_id", Record.AgentId.Value);
        writer.WriteString("state", WireName.Of(Record.State));
        OlderResources.Write(writer, "resources", Record.Resources);
        writer.WriteString("role", Role);
        writer.WriteStartArray("statuses");
        foreach (var status in Record.Statuses)
        {
            writer.WriteStartObject();
            writer.WriteString("state", WireName.Of(status.State));
            writer.WriteNumber("timestamp", status.Timestamp);
            if (status.HasHealthy)
                writer.WriteBoolean("healthy", status.Healthy);
            if (status.ContainerStatus is { } container)
            {
                writer.WritePropertyName("container_status");
                MesosJson.Write(writer, container);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
