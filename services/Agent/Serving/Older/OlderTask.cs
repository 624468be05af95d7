using System.Text.Json;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;

namespace DataPlatform.Services.Agent.Serving.Older;

/// <summary>One task as it stands below its executor.</summary>
internal sealed record OlderTask(FrameworkInfo Framework, TaskRecord Record, string ContainerId, RunPhase Phase, Pod? Pod)
{
    /// <summary>For which these were allocated.</summary>
    public static string RoleOf(IEnumerable<Resource> resources, FrameworkInfo framework) =>
        resources.Select(each => each.AllocationInfo?.Role).FirstOrDefault(each => each is not null) ?? framework.Roles.FirstOrDefault() ?? "*";

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("id", Record.TaskId.Value);
        writer.WriteString("name", Record.Name);
        writer.WriteString("framework_id", Record.FrameworkId.Value);
        writer.WriteString("executor_id", Pod?.Executor.ExecutorId.Value ?? ""); // As Mesos has it for a task without an executor of its own.
        writer.WriteString("slave_id", Record.AgentId.Value);
        writer.WriteString("state", WireName.Of(Record.State));
        OlderResources.Write(writer, "resources", Record.Resources);
        writer.WriteString("role", RoleOf(Record.Resources, Framework));
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
