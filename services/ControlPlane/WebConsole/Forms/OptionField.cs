using System.Text.Json.Nodes;
using DataPlatform.Services.ControlPlane.Clusters;

namespace DataPlatform.Services.ControlPlane.WebConsole.Forms;

/// <summary>How an option is asked for.</summary>
public enum OptionKind { Text, Integer, Number, Boolean, Choice }

/// <summary>One field of a launch form, as a package's options schema describes it.</summary>
/// <param name="Advanced">Shown only when asked for: <c>"x-advanced": true</c> in the schema.</param>
public sealed record OptionField(
    string Name, string Title, string? Description, OptionKind Kind, decimal? Minimum, decimal? Maximum, IReadOnlyList<string> Choices, string Default, bool Advanced)
{
    public static IReadOnlyList<OptionField> From(JsonObject schema, JsonObject defaults)
    {
        if (schema["properties"] is not JsonObject properties) return [];
        return [.. properties.Where(property => property.Value is JsonObject).Select(property => One(property.Key, (JsonObject)property.Value!, defaults) with { IsFixed = FixedOptions.IsFixed(schema, property.Key) })];
    }

    /// <summary>There is something to choose: of a package's only version there is not.</summary>
    public bool IsChoice => Name != ClusterVersions.Option || Choices.Count > 1;

    /// <summary>What was typed, as JSON for a launch; text that is no number is kept as text, and the check refuses it at its field.</summary>
    public JsonNode? Parse(string text) => Kind switch
    {
        OptionKind.Integer when long.TryParse(text, out var whole) => JsonValue.Create(whole),
        OptionKind.Number when decimal.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        OptionKind.Boolean => JsonValue.Create(text == "true"),
        OptionKind.Choice when long.TryParse(text, out var whole) && numeric => JsonValue.Create(whole),
        _ => JsonValue.Create(text),
    };

    /// <summary>It stays as it was when the cluster was launched.</summary>
    public bool IsFixed { get; init; }

    private bool numeric { get; init; }

    private static OptionField One(string name, JsonObject property, JsonObject defaults)
    {
        var choices = property["enum"] is JsonArray values ? values.Select(value => value?.ToString() ?? "").ToList() : [];
        var type = property["type"]?.ToString();
        var kind = choices.Count > 0 ? OptionKind.Choice : type switch
        {
            "integer" => OptionKind.Integer, "number" => OptionKind.Number, "boolean" => OptionKind.Boolean, _ => OptionKind.Text,
        };
        var given = (defaults[name] ?? property["default"])?.ToString() ?? "";
        return new OptionField(
            name, property["title"]?.ToString() ?? name, property["description"]?.ToString(), kind, Limit(property["minimum"]), Limit(property["maximum"]), choices, given,
            property["x-advanced"] is JsonValue advanced && advanced.TryGetValue<bool>(out var hidden) && hidden) { numeric = type == "integer" };
    }

    private static decimal? Limit(JsonNode? node) => node is JsonValue value && value.TryGetValue<decimal>(out var limit) ? limit : null;
}
