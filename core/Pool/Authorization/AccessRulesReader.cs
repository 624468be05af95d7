using System.Text.Json;

namespace DataPlatform.Core.Pool;

/// <summary>
/// Rules from Mesos's file: an object with a list of rules for each action, each with its principals and its objects, either
/// {"values":["a","b"]} or {"type":"ANY"} or {"type":"NONE"}. Unlike Mesos, what is not mentioned is refused: the file has to
/// say "permissive": true for anything else.
/// </summary>
public static class AccessRulesReader
{
    private const string Permissive = "permissive";

    /// <exception cref="FormatException">The text is something else; the message says where and what is allowed.</exception>
    public static AccessRules Read(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return Read(document.RootElement);
        }
        catch (JsonException error)
        {
            throw new FormatException($"line {error.LineNumber + 1}: it is no JSON: {error.Message}", error);
        }
    }

    private static AccessRules Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw Wrong("/", "an object with actions such as register_frameworks is expected");
        RefuseTwins(root, "");
        var rules = new Dictionary<AccessAction, IReadOnlyList<AccessRule>>();
        var permissive = false;
        foreach (var member in root.EnumerateObject())
        {
            if (member.Name == Permissive)
            {
                permissive = member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False
                    ? member.Value.GetBoolean()
                    : throw Wrong("/permissive", "true or false is expected");
                continue;
            }

            var action = AccessAction.All.FirstOrDefault(candidate => candidate.Name == member.Name)
                ?? throw Wrong($"/{Names.Printable(member.Name)}", $"no such action; there are {string.Join(", ", AccessAction.All.Select(known => known.Name).Order(StringComparer.Ordinal))}");
            rules[action] = ReadRules(action, member.Value);
        }

        return new AccessRules(rules, permissive);
    }

    private static List<AccessRule> ReadRules(AccessAction action, JsonElement list)
    {
        var path = $"/{action.Name}";
        if (list.ValueKind != JsonValueKind.Array)
            throw Wrong(path, "a list of rules is expected");
        return [.. list.EnumerateArray().Select((rule, index) => ReadRule(action, rule, $"{path}/{index}"))];
    }

    private static AccessRule ReadRule(AccessAction action, JsonElement rule, string path)
    {
        var allowed = $"an object with '{AccessAction.Subjects}' and '{action.Objects}' is expected";
        if (rule.ValueKind != JsonValueKind.Object)
            throw Wrong(path, allowed);
        RefuseTwins(rule, path);
        foreach (var member in rule.EnumerateObject())
        {
            if (member.Name != AccessAction.Subjects && member.Name != action.Objects)
                throw Wrong($"{path}/{Names.Printable(member.Name)}", allowed);
        }

        return new AccessRule(
            ReadEntity(rule, AccessAction.Subjects, path, allowed),
            ReadEntity(rule, action.Objects, path, allowed));
    }

    private static AccessEntity ReadEntity(JsonElement rule, string name, string path, string allowed)
    {
        if (!rule.TryGetProperty(name, out var entity))
            throw Wrong(path, $"'{name}' is missing; {allowed}");
        path = $"{path}/{name}";
        const string shapes = "{\"values\":[\"a\",\"b\"]}, {\"type\":\"ANY\"} or {\"type\":\"NONE\"} is expected";
        if (entity.ValueKind != JsonValueKind.Object)
            throw Wrong(path, shapes);
        RefuseTwins(entity, path);
        if (entity.EnumerateObject().FirstOrDefault(member => member.Name is not ("type" or "values")) is { Value.ValueKind: not JsonValueKind.Undefined } stranger)
            throw Wrong($"{path}/{Names.Printable(stranger.Name)}", shapes);
        var type = entity.TryGetProperty("type", out var named)
            ? named.ValueKind == JsonValueKind.String ? named.GetString() : throw Wrong($"{path}/type", shapes)
            : "SOME";
        return type switch
        {
            "ANY" => new AccessEntity.Any(),
            "NONE" => new AccessEntity.None(),
            "SOME" when entity.TryGetProperty("values", out var values) => new AccessEntity.Some(ReadValues(values, $"{path}/values")),
            _ => throw Wrong(path, shapes),
        };
    }

    private static HashSet<string> ReadValues(JsonElement values, string path)
    {
        if (values.ValueKind != JsonValueKind.Array)
            throw Wrong(path, "a list of names is expected");
        var read = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, value) in values.EnumerateArray().Index())
        {
            if (value.ValueKind != JsonValueKind.String || value.GetString() is not { Length: > 0 } name)
                throw Wrong($"{path}/{index}", "a name that is not empty is expected");
            read.Add(name);
        }

        return read;
    }

    /// <summary>Of two members with one name a reader of JSON sees either; whoever wrote them meant both.</summary>
    private static void RefuseTwins(JsonElement element, string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            if (!seen.Add(member.Name))
                throw Wrong($"{path}/{Names.Printable(member.Name)}", "it is there twice; once is allowed");
        }
    }

    private static FormatException Wrong(string path, string allowed) => new($"{path}: {allowed}");
}
