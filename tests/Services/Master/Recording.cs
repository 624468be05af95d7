using System.Text.Json;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Tests.Master;

/// <summary>What a real Mesos answered, one JSON object a line; its sentences are not kept.</summary>
internal static class Recording
{
    public static IReadOnlyList<JsonNode> Read(string name) =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Master", "Recorded", name)).Select(line => JsonNode.Parse(line)!)];

    /// <summary>
    /// The event without what differs from run to run: sentences are there or not, times are there or not, ids are replaced.
    /// </summary>
    public static string Comparable(JsonNode happened, params (string Id, string Name)[] ids)
    {
        var copy = happened.DeepClone();
        Blur(copy);
        var text = copy.ToJsonString();
        foreach (var (id, name) in ids)
            text = text.Replace(id, name, StringComparison.Ordinal);
        return text;
    }

    private static void Blur(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members.ToList())
                {
                    if (name is "message" or "timestamp" or "nanoseconds")
                        members[name] = "there";
                    else if (value?.GetValueKind() == JsonValueKind.Number)
                        members[name] = value.GetValue<double>();
                    else
                        Blur(value);
                }

                var sorted = members.OrderBy(member => member.Key, StringComparer.Ordinal).ToList();
                members.Clear();
                foreach (var (name, value) in sorted)
                    members[name] = value;
                break;
            case JsonArray items:
                foreach (var item in items)
                    Blur(item);
                break;
            default:
                break;
        }
    }
}
