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
        var (agentId, executors, active) = await loop.ReadAsync(core => (core.AgentId, ExecutorsOf(core), core.Runs.Select(run => run.Framework).Concat(core.ExecutorInfos.Select(each => each.Framework)).Select(each => each.Id.Value).ToHashSet(StringComparer.Ordinal)));
        return writer => Write(writer, agentId, executors, active, visible, withFlags);
    }

    /// <summary>Those that live, then those that have ended, the oldest first.</summary>
    private static List<OlderExecutor> ExecutorsOf(AgentCore core)
    {
        var tasks = core.Runs.Where(run => run.WasLaunched).Select(run => new OlderTask(run.Framework, run.ToRecord(core.AgentId), run.ContainerId, run.Phase, run.Pod))
            .Concat(core.Completed.Select(each => new OlderTask(each.Framework, each.Task, each.ContainerId, RunPhase.Ended, each.Pod))).ToList();
        var byExecutor = tasks.Where(task => task.Pod is not null).ToLookup(task => task.Pod!.ContainerId, StringComparer.Ordinal);
        OlderExecutor With(FrameworkInfo framework, ExecutorInfo info, string containerId, bool hasEnded) => new(framework, info, containerId, core.AgentId, hasEnded, [.. byExecutor[containerId]]);
        return
        [
            .. tasks.Where(task => task.Pod is null).Select(OlderExecutor.Of),
            .. core.LivingExecutors.Select(each => With(each.Framework, each.Info, each.ContainerId, hasEnded: false)),
            .. core.CompletedExecutors.Select(each => With(each.Framework, each.Info, each.ContainerId, hasEnded: true)),
        ];
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

    private void Write(Utf8JsonWriter writer, string agentId, List<OlderExecutor> executors, HashSet<string> active, Visibility visible, bool withFlags)
    {
        var info = self();
        var held = executors.SelectMany(each => each.Held).ToList();
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
        var shown = executors.Select(each => Visible(each, visible)).OfType<OlderExecutor>().ToLookup(each => active.Contains(each.Framework.Id.Value));
        WriteFrameworks(writer, "frameworks", shown[true]);
        WriteFrameworks(writer, "completed_frameworks", shown[false]);
        writer.WriteEndObject();
    }

    /// <summary>A task stands below its framework and executor here, so its caller needs to see all three. Null: not even the executor.</summary>
    private static OlderExecutor? Visible(OlderExecutor executor, Visibility visible)
    {
        if (!visible.Framework(executor.Framework))
            return null;
        var tasks = executor.Tasks.Where(task => visible.Task(task.Record, TaskUser.Of(task.Record, task.Framework))).ToList();
        var own = executor.Info is null ? TaskUser.Of(executor.Tasks[0].Record, executor.Framework) : executor.Framework.User;
        return !visible.Executor(executor.Info ?? new ExecutorInfo(), own) || (executor.Info is null && tasks.Count == 0) ? null : executor with { Tasks = tasks };
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

    private void WriteFrameworks(Utf8JsonWriter writer, string name, IEnumerable<OlderExecutor> executors)
    {
        writer.WriteStartArray(name);
        foreach (var framework in executors.GroupBy(each => each.Framework.Id.Value).OrderBy(each => each.Key, StringComparer.Ordinal))
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
            WriteExecutors(writer, "executors", framework.Where(each => !each.HasEnded));
            WriteExecutors(writer, "completed_executors", framework.Where(each => each.HasEnded));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void WriteExecutors(Utf8JsonWriter writer, string name, IEnumerable<OlderExecutor> executors)
    {
        writer.WriteStartArray(name);
        foreach (var executor in executors)
            executor.Write(writer, paths);
        writer.WriteEndArray();
    }
}
