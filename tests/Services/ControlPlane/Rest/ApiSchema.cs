using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DataPlatform.Services.Tests.ControlPlane.Rest;

/// <summary>Whether values fit the schemas of an OpenAPI document, in those words of JSON Schema that the document uses; another word is a complaint too.</summary>
internal sealed class ApiSchema(JsonObject document)
{
    private static readonly string[] Known =
        ["$ref", "type", "enum", "properties", "required", "additionalProperties", "items", "oneOf", "minimum", "maximum", "pattern", "format", "description", "default", "minLength", "maxLength"];

    /// <summary>What does not fit, each with its place.</summary>
    public IEnumerable<string> Problems(JsonNode? schema, JsonNode? value, string at)
    {
        if (schema is not JsonObject described) return [];
        if (described["$ref"]?.GetValue<string>() is { } reference) return Problems(Resolve(reference), value, at);
        if (described.Select(word => word.Key).Except(Known).ToList() is { Count: > 0 } unknown) return [$"{at}: the schema uses {string.Join(", ", unknown)}"];
        if (described["oneOf"] is JsonArray choices && choices.Count(choice => !Problems(choice, value, at).Any()) != 1) return [$"{at}: {Shown(value)} fits not exactly one of {choices.ToJsonString()}"];
        if (described["type"] is { } types && !Names(types).Any(type => Is(type, value))) return [$"{at}: {Shown(value)} is not {types.ToJsonString()}"];
        if (described["enum"] is JsonArray allowed && !allowed.Any(one => JsonNode.DeepEquals(one, value))) return [$"{at}: {Shown(value)} is none of {allowed.ToJsonString()}"];
        return value switch
        {
            JsonObject members => OfMembers(described, members, at),
            JsonArray items => items.SelectMany((item, index) => Problems(described["items"], item, $"{at}[{index}]")),
            JsonValue single => OfValue(described, single, at),
            null => [],
            _ => throw new InvalidOperationException(value.GetType().Name),
        };
    }

    public JsonNode Resolve(string reference) =>
        reference.TrimStart('#', '/').Split('/').Aggregate((JsonNode)document, (node, part) => node[part] ?? throw new InvalidOperationException($"{reference} is not in the document"));

    private IEnumerable<string> OfMembers(JsonObject schema, JsonObject value, string at)
    {
        var properties = schema["properties"] as JsonObject ?? [];
        foreach (var missing in Names(schema["required"]).Where(name => !value.ContainsKey(name)))
            yield return $"{at}: {missing} is required and left out";
        foreach (var (name, member) in value)
        {
            if (properties[name] is { } property)
                foreach (var problem in Problems(property, member, $"{at}.{name}")) yield return problem;
            else if (schema["additionalProperties"] is JsonObject others)
                foreach (var problem in Problems(others, member, $"{at}.{name}")) yield return problem;
            else if (properties.Count > 0)
                yield return $"{at}: {name} is not described";
        }
    }

    private static IEnumerable<string> OfValue(JsonObject schema, JsonValue value, string at)
    {
        if (value.GetValueKind() == JsonValueKind.Number)
        {
            var number = value.GetValue<decimal>();
            if (schema["minimum"]?.GetValue<decimal>() > number || schema["maximum"]?.GetValue<decimal>() < number) yield return $"{at}: {number} is out of range";
            if (schema["format"]?.GetValue<string>() == "int32" && number is < int.MinValue or > int.MaxValue) yield return $"{at}: {number} is too large for int32";
        }
        else if (value.GetValueKind() == JsonValueKind.String)
        {
            var text = value.GetValue<string>();
            if (schema["pattern"]?.GetValue<string>() is { } pattern && !Regex.IsMatch(text, pattern)) yield return $"{at}: '{text}' does not match {pattern}";
            if (schema["format"]?.GetValue<string>() == "date-time" && !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _)) yield return $"{at}: '{text}' is no time";
        }
    }

    private static bool Is(string type, JsonNode? value) => (type, value?.GetValueKind() ?? JsonValueKind.Null) switch
    {
        ("null", JsonValueKind.Null) or ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) or ("number", JsonValueKind.Number) => true,
        ("integer", JsonValueKind.Number) => value!.GetValue<decimal>() % 1 == 0,
        _ => false,
    };

    private static IEnumerable<string> Names(JsonNode? names) => names switch
    {
        JsonArray several => several.Select(name => name!.GetValue<string>()),
        null => [],
        _ => [names.GetValue<string>()],
    };

    private static string Shown(JsonNode? value) => value?.ToJsonString() ?? "null";
}
