using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Serving.Older;

/// <summary>Resources as one object: scalars added up, the usual ones always there, ranges and sets as text.</summary>
internal static class OlderResources
{
    private static readonly string[] Usual = ["disk", "mem", "gpus", "cpus"];

    public static void Write(Utf8JsonWriter writer, string name, IEnumerable<Resource> resources)
    {
        writer.WritePropertyName(name);
        Write(writer, resources);
    }

    public static void Write(Utf8JsonWriter writer, IEnumerable<Resource> resources)
    {
        var all = resources.ToLookup(each => each.Name, StringComparer.Ordinal);
        writer.WriteStartObject();
        foreach (var usual in Usual)
            writer.WriteNumber(usual, Sum(all[usual]));
        foreach (var other in all.Where(each => !Usual.Contains(each.Key)))
        {
            if (other.All(each => each.Type == Value.Types.Type.Scalar))
                writer.WriteNumber(other.Key, Sum(other));
            else
                writer.WriteString(other.Key, Text(other));
        }

        writer.WriteEndObject();
    }

    /// <summary>Each with the role that it is kept for, which the present message has only where it is reserved.</summary>
    public static void WriteFull(Utf8JsonWriter writer, IEnumerable<Resource> resources)
    {
        writer.WriteStartArray();
        foreach (var resource in resources)
        {
            var message = JsonNode.Parse(MesosJson.Serialize(resource))!.AsObject();
            message["role"] = RoleOf(resource);
            message.WriteTo(writer);
        }

        writer.WriteEndArray();
    }

    /// <summary>Whose it is; <c>*</c> when it is anybody's.</summary>
    public static string RoleOf(Resource resource) =>
        resource.Reservations.Count > 0 ? resource.Reservations[^1].Role : "*";

    private static double Sum(IEnumerable<Resource> resources) => resources.Sum(each => each.Scalar?.Value ?? 0);

    private static string Text(IEnumerable<Resource> resources)
    {
        var ranges = resources.SelectMany(each => each.Ranges?.Range ?? []).Select(range => string.Create(CultureInfo.InvariantCulture, $"{range.Begin}-{range.End}")).ToList();
        return ranges.Count > 0
            ? $"[{string.Join(", ", ranges)}]"
            : $"{{{string.Join(", ", resources.SelectMany(each => each.Set?.Item ?? []))}}}";
    }
}
