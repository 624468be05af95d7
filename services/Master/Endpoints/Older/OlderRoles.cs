using System.Text.Json;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Master.Endpoints.Older;

/// <summary>Roles with what they hold.</summary>
internal static class OlderRoles
{
    public static void WriteList(Utf8JsonWriter json, OlderPool pool)
    {
        var agents = pool.State.GetAgents.Agents;
        var allocated = agents.SelectMany(agent => agent.AllocatedResources).ToLookup(resource => resource.AllocationInfo?.Role ?? "*");
        var offered = agents.SelectMany(agent => agent.OfferedResources).ToLookup(resource => resource.AllocationInfo?.Role ?? "*");
        var reserved = agents.SelectMany(agent => agent.TotalResources).ToLookup(resource => resource.Role);
        json.WriteStartArray("roles");
        foreach (var role in pool.Roles.Roles)
            Write(json, role, [.. allocated[role.Name]], [.. offered[role.Name]], [.. reserved[role.Name].Where(_ => role.Name != "*")]);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, Role role, List<Resource> allocated, List<Resource> offered, List<Resource> reserved)
    {
        json.WriteStartObject();
        json.WriteString("name", role.Name);
        json.WriteNumber("weight", role.Weight);
        OlderResources.WriteQuantities(json, "resources", allocated.Concat(offered));
        OlderResources.WriteQuantities(json, "allocated", allocated);
        OlderResources.WriteQuantities(json, "offered", offered);
        OlderResources.WriteQuantities(json, "reserved", reserved);
        json.WriteStartArray("frameworks");
        foreach (var framework in role.Frameworks)
            json.WriteStringValue(framework.Value);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
