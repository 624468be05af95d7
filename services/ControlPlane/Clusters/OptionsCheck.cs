using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using NJsonSchema;
using NJsonSchema.Validation;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>Checks options against a package's JSON Schema and says, field by field, what is allowed.</summary>
public static class OptionsCheck
{
    private const string InputsField = "inputs";
    private const string TooSmall = "too small";
    private const string TooLarge = "too large";
    private static readonly ConcurrentDictionary<string, JsonSchema> Parsed = new();

    public static JsonSchema Parse(JsonObject schema) =>
        Parsed.GetOrAdd(schema.ToJsonString(), text => JsonSchema.FromJsonAsync(text).GetAwaiter().GetResult());

    /// <summary>The package's defaults with what was given laid over them.</summary>
    public static JsonObject WithDefaults(JsonObject defaults, JsonObject? given)
    {
        var merged = defaults.DeepClone().AsObject();
        foreach (var (name, value) in given ?? []) merged[name] = value?.DeepClone();
        return merged;
    }

    /// <summary>As the schema itself has them.</summary>
    public static JsonObject Defaults(JsonObject schema) => new((schema["properties"] as JsonObject ?? [])
        .Where(property => property.Value?["default"] is not null).Select(property => KeyValuePair.Create(property.Key, property.Value!["default"]?.DeepClone())));

    public static IReadOnlyList<FieldProblem> Problems(PackageView package, JsonObject? given) =>
        Problems(package.Schema, package.Defaults, given, "options", $"the package {package.Name} has no such option");

    /// <summary>Of what an operation is to be given.</summary>
    public static IReadOnlyList<FieldProblem> Problems(PackageOperationView operation, JsonObject given) => operation.Inputs is { } inputs
        ? Problems(inputs, Defaults(inputs), given, InputsField, $"{operation.Name} has no such input")
        : given.Count == 0 ? [] : [new FieldProblem(InputsField, $"{operation.Name} is given nothing", "none")];

    private static List<FieldProblem> Problems(JsonObject of, JsonObject defaults, JsonObject? given, string prefix, string unknown)
    {
        var schema = Parse(of);
        var problems = new List<FieldProblem>();
        foreach (var (name, value) in given ?? [])
        {
            var field = $"{prefix}.{Shown(name)}";
            if (!schema.ActualProperties.TryGetValue(name, out var property))
                problems.Add(new FieldProblem(field, unknown, string.Join(", ", schema.ActualProperties.Keys)));
            else if (value is null)
                problems.Add(new FieldProblem(field, "null is not a value", Allowed(property)));
            else if (value is JsonValue text && text.TryGetValue<string>(out var content) && content.Any(char.IsControl))
                problems.Add(new FieldProblem(field, "control characters are not allowed", Allowed(property)));
            else if (NumberBeyond(value) is { } far)
                problems.Add(new FieldProblem(field, far > 0 ? TooLarge : TooSmall, Allowed(property)));
        }

        if (problems.Count > 0) return problems;
        foreach (var error in schema.Validate(WithDefaults(defaults, given).ToJsonString()))
        {
            var name = (error.Path ?? "").TrimStart('#', '/').Split('/', '.', '[')[0];
            var property = schema.ActualProperties.GetValueOrDefault(name);
            problems.Add(new FieldProblem(
                name.Length == 0 ? prefix : $"{prefix}.{name}", Explained(error), property is null ? null : Allowed(property)));
        }

        return [.. problems.DistinctBy(problem => problem.Field)];
    }

    /// <summary>What a property may hold, in words.</summary>
    public static string Allowed(JsonSchemaProperty property)
    {
        var schema = property.ActualSchema;
        if (schema.Enumeration.Count > 0) return "one of " + string.Join(", ", schema.Enumeration);
        var limits = new List<string>();
        if (schema.Minimum is { } minimum) limits.Add($"at least {minimum:0.###}");
        if (schema.Maximum is { } maximum) limits.Add($"at most {maximum:0.###}");
        if (schema.MinLength is { } shortest) limits.Add($"at least {shortest} characters");
        if (schema.MaxLength is { } longest) limits.Add($"at most {longest} characters");
        if (schema.Pattern is { Length: > 0 } pattern) limits.Add("matching " + pattern);
        var kind = schema.Type switch
        {
            JsonObjectType.Integer => "a whole number",
            JsonObjectType.Number => "a number",
            JsonObjectType.Boolean => "true or false",
            JsonObjectType.String => "text",
            _ => schema.Type.ToString(),
        };
        return limits.Count == 0 ? kind : $"{kind}, {string.Join(", ", limits)}";
    }

    private static string Explained(ValidationError error) => error.Kind switch
    {
        ValidationErrorKind.IntegerExpected => "a whole number is needed",
        ValidationErrorKind.NumberExpected => "a number is needed",
        ValidationErrorKind.StringExpected => "text is needed",
        ValidationErrorKind.BooleanExpected => "true or false is needed",
        ValidationErrorKind.NumberTooSmall => TooSmall,
        ValidationErrorKind.NumberTooBig => TooLarge,
        ValidationErrorKind.NotInEnumeration => "not one of the allowed values",
        ValidationErrorKind.PatternMismatch => "not of the allowed form",
        ValidationErrorKind.StringTooLong => "too long",
        ValidationErrorKind.StringTooShort => "too short",
        ValidationErrorKind.PropertyRequired => "is required",
        _ => error.Kind.ToString(),
    };

    /// <summary>A number in the value that is beyond all that options hold, and that the schema's library can't take; null when there is none.</summary>
    private static double? NumberBeyond(JsonNode? value) => value switch
    {
        JsonArray items => items.Select(NumberBeyond).FirstOrDefault(far => far is not null),
        JsonObject members => members.Select(member => NumberBeyond(member.Value)).FirstOrDefault(far => far is not null),
        JsonValue number when number.GetValueKind() == JsonValueKind.Number && double.Parse(number.ToJsonString(), CultureInfo.InvariantCulture) is var size && Math.Abs(size) >= long.MaxValue => size,
        _ => null,
    };

    private static string Shown(string name) => name.Length <= 60 && !name.Any(char.IsControl) ? name : "(a name that can't be shown)";
}
