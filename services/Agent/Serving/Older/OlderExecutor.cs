using System.Text.Json;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Sandboxes;

namespace DataPlatform.Services.Agent.Serving.Older;

/// <summary>An executor with its tasks; for a task by itself, the one that Mesos would have made for it.</summary>
/// <param name="Info">Null for a task by itself.</param>
internal sealed record OlderExecutor(FrameworkInfo Framework, ExecutorInfo? Info, string ContainerId, string AgentId, bool HasEnded, IReadOnlyList<OlderTask> Tasks)
{
    /// <summary>What it and its tasks hold.</summary>
    public IEnumerable<Resource> Held => HasEnded ? [] : Own.Concat(Tasks.Where(task => task.Phase != RunPhase.Ended).SelectMany(task => task.Record.Resources));

    private IEnumerable<Resource> Own => Info?.Resources ?? [];

    /// <summary>Of a task by itself.</summary>
    public static OlderExecutor Of(OlderTask task) => new(task.Framework, null, task.ContainerId, task.Record.AgentId.Value, task.Phase == RunPhase.Ended, [task]);

    public void Write(Utf8JsonWriter writer, SandboxPaths paths)
    {
        var id = Info?.ExecutorId.Value ?? Tasks[0].Record.TaskId.Value;
        writer.WriteStartObject();
        writer.WriteString("id", id);
        writer.WriteString("name", Info is null ? $"Command Executor (Task: {id})" : Info.Name);
        writer.WriteString("source", Info is null ? id : Info.Source);
        writer.WriteString("container", ContainerId);
        writer.WriteString("directory", paths.Run(AgentId, new TaskKey(Framework.Id.Value, id), ContainerId));
        OlderResources.Write(writer, "resources", HasEnded && Info is null ? Tasks[0].Record.Resources : HasEnded ? Own : Held);
        if (Info is { HasType: true })
            writer.WriteString("type", WireName.Of(Info.Type));
        writer.WriteString("role", OlderTask.RoleOf(Own.Concat(Tasks.SelectMany(task => task.Record.Resources)), Framework));
        WriteTasks(writer, "tasks", RunPhase.Running, RunPhase.Ending);
        WriteTasks(writer, "queued_tasks", RunPhase.Launching);
        WriteTasks(writer, "completed_tasks", RunPhase.Ended);
        writer.WriteEndObject();
    }

    private void WriteTasks(Utf8JsonWriter writer, string name, params RunPhase[] phases)
    {
        writer.WriteStartArray(name);
        foreach (var task in Tasks.Where(task => phases.Contains(task.Phase)))
            task.Write(writer);
        writer.WriteEndArray();
    }
}
