using System.Text.Json;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using AgentView = DataPlatform.Core.Protocol.Mesos.OperatorResponse.Types.GetAgents.Types.Agent;
using ValueType = DataPlatform.Core.Protocol.Mesos.Value.Types.Type;

namespace DataPlatform.Services.Master.Endpoints.Older;

/// <summary>Agents, which these endpoints call slaves.</summary>
internal static class OlderAgents
{
    private const string Unreserved = "*";

    public static void WriteLists(Utf8JsonWriter json, OlderPool pool, Action<AgentView>? more = null)
    {
        json.WriteStartArray("slaves");
        foreach (var agent in pool.State.GetAgents.Agents)
        {
            json.WriteStartObject();
            Write(json, agent);
            more?.Invoke(agent);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteRecovered(Utf8JsonWriter json, OlderPool pool)
    {
        json.WriteStartArray("recovered_slaves");
        foreach (var agent in pool.State.GetAgents.RecoveredAgents)
        {
            json.WriteStartObject();
            json.WriteString("id", agent.Id.Value);
            json.WriteString("hostname", agent.Hostname);
            json.WriteNumber("port", agent.Port);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Each resource whole, as the newer API writes it.</summary>
    public static void WriteFull(Utf8JsonWriter json, AgentView agent)
    {
        json.WriteStartObject("reserved_resources_full");
        foreach (var role in Reserved(agent))
            WriteResources(json, role.Key, role);
        json.WriteEndObject();
        WriteResources(json, "unreserved_resources_full", agent.TotalResources.Where(resource => resource.Role == Unreserved));
        WriteResources(json, "used_resources_full", agent.AllocatedResources);
        WriteResources(json, "offered_resources_full", agent.OfferedResources);
    }

    private static void Write(Utf8JsonWriter json, AgentView agent)
    {
        var info = agent.AgentInfo;
        json.WriteString("id", info.Id.Value);
        json.WriteString("hostname", info.Hostname);
        json.WriteNumber("port", info.Port);
        json.WriteStartObject("attributes");
        foreach (var attribute in info.Attributes)
            WriteAttribute(json, attribute);
        json.WriteEndObject();
        json.WriteString("pid", agent.Pid);
        json.WriteNumber("registered_time", agent.RegisteredTime.Nanoseconds / 1e9);
        if (agent.ReregisteredTime is { } again)
            json.WriteNumber("reregistered_time", again.Nanoseconds / 1e9);
        OlderResources.Write(json, "resources", agent.TotalResources);
        OlderResources.Write(json, "used_resources", agent.AllocatedResources);
        OlderResources.Write(json, "offered_resources", agent.OfferedResources);
        json.WriteStartObject("reserved_resources");
        foreach (var role in Reserved(agent))
            OlderResources.Write(json, role.Key, role);
        json.WriteEndObject();
        OlderResources.Write(json, "unreserved_resources", agent.TotalResources.Where(resource => resource.Role == Unreserved));
        OlderTasks.WriteMessage(json, "domain", info.Domain);
        json.WriteBoolean("active", agent.Active);
        json.WriteBoolean("deactivated", agent.Deactivated);
        json.WriteString("version", agent.Version);
        OlderArrays.Write(json, "capabilities", agent.Capabilities.Select(capability => WireName.Of(capability.Type)));
    }

    private static IEnumerable<IGrouping<string, Resource>> Reserved(AgentView agent) =>
        agent.TotalResources.Where(resource => resource.Role != Unreserved).GroupBy(resource => resource.Role)
            .OrderBy(role => role.Key, StringComparer.Ordinal);

    private static void WriteResources(Utf8JsonWriter json, string name, IEnumerable<Resource> resources)
    {
        json.WriteStartArray(name);
        foreach (var resource in resources)
            json.WriteRawValue(MessageCodec.Json.Encode(resource));
        json.WriteEndArray();
    }

    private static void WriteAttribute(Utf8JsonWriter json, AgentAttribute attribute)
    {
        switch (attribute.Type)
        {
            case ValueType.Scalar:
                json.WriteNumber(attribute.Name, attribute.Scalar.Value);
                break;
            case ValueType.Ranges:
                json.WriteString(attribute.Name, $"[{string.Join(", ", attribute.Ranges.Range.Select(range => $"{range.Begin}-{range.End}"))}]");
                break;
            default:
                json.WriteString(attribute.Name, attribute.Text?.Value ?? "");
                break;
        }
    }
}
