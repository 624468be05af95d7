using System.Text.Json;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using FrameworkView = DataPlatform.Core.Protocol.Mesos.OperatorResponse.Types.GetFrameworks.Types.Framework;

namespace DataPlatform.Services.Master.Endpoints.Older;

/// <summary>Frameworks with their tasks and offers.</summary>
internal static class OlderFrameworks
{
    public static void WriteLists(Utf8JsonWriter json, OlderPool pool)
    {
        WriteList(json, "frameworks", pool.State.GetFrameworks.Frameworks, pool);
        WriteList(json, "completed_frameworks", pool.State.GetFrameworks.CompletedFrameworks, pool);
        // Mesos has not filled it for years; readers look for it.
        json.WriteStartArray("unregistered_frameworks");
        json.WriteEndArray();
    }

    /// <summary>What the summary shows: no tasks, no offers.</summary>
    public static void WriteBrief(Utf8JsonWriter json, FrameworkView framework)
    {
        var info = framework.FrameworkInfo;
        json.WriteString("id", info.Id.Value);
        json.WriteString("name", info.Name);
        OlderResources.Write(json, "used_resources", framework.AllocatedResources);
        OlderResources.Write(json, "offered_resources", framework.OfferedResources);
        OlderArrays.Write(json, "capabilities", info.Capabilities.Select(capability => WireName.Of(capability.Type)));
        json.WriteString("hostname", info.Hostname);
        json.WriteString("webui_url", info.WebuiUrl);
        json.WriteBoolean("active", framework.Active);
        json.WriteBoolean("connected", framework.Connected);
        json.WriteBoolean("recovered", framework.Recovered);
    }

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<FrameworkView> frameworks, OlderPool pool)
    {
        json.WriteStartArray(name);
        foreach (var framework in frameworks)
            Write(json, framework, pool);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, FrameworkView framework, OlderPool pool)
    {
        var info = framework.FrameworkInfo;
        var id = info.Id.Value;
        json.WriteStartObject();
        WriteBrief(json, framework);
        json.WriteString("user", info.User);
        json.WriteNumber("failover_timeout", info.FailoverTimeout);
        json.WriteBoolean("checkpoint", info.Checkpoint);
        json.WriteNumber("registered_time", Seconds(framework.RegisteredTime));
        json.WriteNumber("unregistered_time", Seconds(framework.UnregisteredTime));
        if (framework.ReregisteredTime is { } again && !again.Equals(framework.RegisteredTime))
            json.WriteNumber("reregistered_time", Seconds(again));
        if (info.HasPrincipal)
            json.WriteString("principal", info.Principal);
        OlderResources.Write(json, "resources", framework.AllocatedResources.Concat(framework.OfferedResources));
        if (info.Capabilities.Any(capability => capability.Type == FrameworkInfo.Types.Capability.Types.Type.MultiRole))
        {
            OlderArrays.Write(json, "roles", info.Roles);
        }
        else
        {
            json.WriteString("role", FrameworkRules.RolesOf(info)[0]);
        }

        if (info.Labels is { Labels_.Count: > 0 } labels)
            OlderTasks.WriteLabels(json, labels);
        OlderTasks.WriteList(json, "tasks", pool.TasksByFramework[id]);
        OlderTasks.WriteList(json, "unreachable_tasks", pool.UnreachableByFramework[id]);
        OlderTasks.WriteList(json, "completed_tasks", pool.CompletedByFramework[id]);
        WriteOffers(json, framework);
        json.WriteStartArray("executors");
        foreach (var executor in pool.ExecutorsByFramework[id])
            json.WriteRawValue(MessageCodec.Json.Encode(executor.ExecutorInfo));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteOffers(Utf8JsonWriter json, FrameworkView framework)
    {
        json.WriteStartArray("offers");
        foreach (var offer in framework.Offers)
        {
            json.WriteStartObject();
            json.WriteString("id", offer.Id.Value);
            json.WriteString("framework_id", offer.FrameworkId.Value);
            OlderTasks.WriteMessage(json, "allocation_info", offer.AllocationInfo);
            json.WriteString("slave_id", offer.AgentId.Value);
            OlderResources.Write(json, "resources", offer.Resources);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>0 for what has not been.</summary>
    private static double Seconds(TimeInfo? time) => time is null ? 0 : time.Nanoseconds / 1e9;
}
