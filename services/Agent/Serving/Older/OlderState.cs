using System.Text.Json;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Sandboxes;
using DataPlatform.Services.Agent.Serving.Authentication;

namespace DataPlatform.Services.Agent.Serving.Older;

/// <summary>The whole agent as one object.</summary>
internal sealed class OlderState(
    AgentLoop loop, SandboxPaths paths, Func<AgentInfo> self, Func<string> masterHost, IReadOnlyDictionary<string, string> flags, TimeProvider time)
{
    /// <summary>What a command task can make use of on this agent.</summary>
    private static readonly string[] Capabilities = ["MULTI_ROLE", "HIERARCHICAL_ROLE", "RESERVATION_REFINEMENT", "TASK_RESOURCE_LIMITS"];

    private readonly DateTimeOffset started = time.GetUtcNow();

    /// <summary>Takes what the caller may see of the state; what it gives writes it, outside of the loop.</summary>
    /// <param name="withFlags">Whether it may see the settings.</param>
    public async Task<Action<Utf8JsonWriter>> ReadAsync(Visibility visible, bool withFlags)
    {
        var (agentId, running, completed) = await loop.ReadAsync(core => (
            core.AgentId,
            core.Runs.Where(run => run.WasLaunched && !run.IsUnderProgram)
                .Select(run => new OlderTask(run.Framework, run.ToRecord(core.AgentId), run.ContainerId, run.Phase)).ToList(),
            core.Completed.Select(each => new OlderTask(each.Framework, each.Task, ContainerOf(each.Task), RunPhase.Ended)).ToList()));
        return writer => Write(writer, agentId, running, completed, visible, withFlags);
    }

    public static void WriteVersion(Utf8JsonWriter writer)
    {
        writer.WriteString("build_date", AgentVersion.Info.BuildDate);
        writer.WriteNumber("build_time", AgentVersion.Info.BuildTime);
        writer.WriteString("build_user", AgentVersion.Info.BuildUser);
        writer.WriteString("version", AgentVersion.Info.Version);
    }

    /// <summary>With underscores, as Mesos shows its flags.</summary>
    public static void WriteFlags(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> flags)
    {
        writer.WriteStartObject("flags");
        foreach (var (name, value) in flags.OrderBy(each => each.Key, StringComparer.Ordinal))
            writer.WriteString(name.Replace('-', '_'), value);
        writer.WriteEndObject();
    }

    private void Write(Utf8JsonWriter writer, string agentId, List<OlderTask> running, List<OlderTask> completed, Visibility visible, bool withFlags)
    {
        var info = self();
        var held = running.Where(task => task.Phase != RunPhase.Ended).SelectMany(task => task.Record.Resources).ToList();
        writer.WriteStartObject();
        WriteVersion(writer);
        writer.WriteNumber("start_time", (started - DateTimeOffset.UnixEpoch).TotalSeconds);
        writer.WriteString("id", agentId);
        writer.WriteString("pid", $"slave(1)@{info.Hostname}:{info.Port}");
        writer.WriteString("hostname", info.Hostname);
        writer.WriteStartArray("capabilities");
        foreach (var capability in Capabilities)
            writer.WriteStringValue(capability);
        writer.WriteEndArray();
        OlderResources.Write(writer, "resources", info.Resources);
        WriteByRole(writer, "reserved_resources", Reserved(info.Resources), full: false);
        OlderResources.Write(writer, "unreserved_resources", Unreserved(info.Resources));
        WriteByRole(writer, "reserved_resources_full", Reserved(info.Resources), full: true);
        writer.WritePropertyName("unreserved_resources_full");
        OlderResources.WriteFull(writer, Unreserved(info.Resources));
        WriteByRole(writer, "reserved_resources_allocated", Reserved(held), full: false);
        OlderResources.Write(writer, "unreserved_resources_allocated", Unreserved(held));
        writer.WriteStartArray("resource_providers");
        writer.WriteEndArray();
        WriteAttributes(writer, info);
        writer.WriteString("master_hostname", masterHost());
        if (withFlags)
            WriteFlags(writer, flags);
        var active = running.Select(task => task.Framework.Id.Value).ToHashSet(StringComparer.Ordinal);
        running = running.FindAll(task => IsVisible(task, visible));
        completed = completed.FindAll(task => IsVisible(task, visible));
        WriteFrameworks(writer, "frameworks", running.GroupBy(task => task.Framework.Id.Value), completed);
        WriteFrameworks(
            writer, "completed_frameworks", completed.Where(task => !active.Contains(task.Framework.Id.Value)).GroupBy(task => task.Framework.Id.Value), completed);
        writer.WriteEndObject();
    }

    /// <summary>A task stands below its framework and executor here, so its caller needs to see all three.</summary>
    private static bool IsVisible(OlderTask task, Visibility visible)
    {
        var user = TaskUser.Of(task.Record, task.Framework);
        return visible.Framework(task.Framework) && visible.Task(task.Record, user) && visible.Executor(new ExecutorInfo(), user);
    }

    private static IEnumerable<Resource> Unreserved(IEnumerable<Resource> resources) => resources.Where(each => OlderResources.RoleOf(each) == "*");

    private static IEnumerable<Resource> Reserved(IEnumerable<Resource> resources) => resources.Where(each => OlderResources.RoleOf(each) != "*");

    private static void WriteByRole(Utf8JsonWriter writer, string name, IEnumerable<Resource> resources, bool full)
    {
        writer.WriteStartObject(name);
        foreach (var role in resources.GroupBy(OlderResources.RoleOf, StringComparer.Ordinal))
        {
            writer.WritePropertyName(role.Key);
            if (full)
                OlderResources.WriteFull(writer, role);
            else
                OlderResources.Write(writer, role);
        }

        writer.WriteEndObject();
    }

    private static void WriteAttributes(Utf8JsonWriter writer, AgentInfo info)
    {
        writer.WriteStartObject("attributes");
        foreach (var attribute in info.Attributes)
        {
            if (attribute.Scalar is { } scalar)
                writer.WriteNumber(attribute.Name, scalar.Value);
            else if (attribute.Text is { } text)
                writer.WriteString(attribute.Name, text.Value);
        }

        writer.WriteEndObject();
    }

    private void WriteFrameworks(
        Utf8JsonWriter writer, string name, IEnumerable<IGrouping<string, OlderTask>> frameworks, List<OlderTask> completed)
    {
        writer.WriteStartArray(name);
        foreach (var framework in frameworks.OrderBy(each => each.Key, StringComparer.Ordinal))
        {
            var info = framework.First().Framework;
            writer.WriteStartObject();
            writer.WriteString("id", info.Id.Value);
            writer.WriteString("name", info.Name);
            writer.WriteString("user", info.User);
            writer.WriteNumber("failover_timeout", info.FailoverTimeout);
            writer.WriteBoolean("checkpoint", info.Checkpoint);
            writer.WriteString("hostname", info.Hostname);
            writer.WriteStartArray("roles");
            foreach (var role in info.Roles)
                writer.WriteStringValue(role);
            writer.WriteEndArray();
            writer.WriteStartArray("executors");
            foreach (var task in framework.Where(each => each.Phase != RunPhase.Ended))
                task.WriteExecutor(writer, paths);
            writer.WriteEndArray();
            writer.WriteStartArray("completed_executors");
            foreach (var task in framework.Where(each => each.Phase == RunPhase.Ended)
                .Concat(completed.Where(each => each.Framework.Id.Value == framework.Key)).DistinctBy(each => each.ContainerId))
                task.WriteExecutor(writer, paths);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static string ContainerOf(TaskRecord task) =>
        task.Statuses.Select(each => each.ContainerStatus?.ContainerId?.Value).LastOrDefault(each => each is not null) ?? "";
}
