using System.Globalization;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.Cli.Launching;

/// <summary>Reads <c>--workers 2</c>, <c>--workers=2</c> and <c>--option workers=2</c> by a package's options schema.</summary>
public static class OptionWords
{
    /// <param name="words">What the command line holds besides the options that every launch has.</param>
    /// <param name="pairs">The values of <c>--option</c>, each <c>key=value</c>.</param>
    /// <exception cref="UsageException">A word that is no option of the package, or a value that its type does not take.</exception>
    public static JsonObject Read(PackageView package, IReadOnlyList<string> words, IReadOnlyList<string> pairs)
    {
        var options = new JsonObject();
        foreach (var (name, value) in Pairs(package, words).Concat(pairs.Select(Pair)))
        {
            var key = Find(package, name) ?? throw new UsageException($"{package.Name} has no option '{name}'; it has {Known(package)}");
            if (options.ContainsKey(key)) throw new UsageException($"option {key} is given twice");
            options[key] = Value(key, Schema(package, key), value);
        }
        return options;
    }

    /// <summary>What an option may hold, in words, from its part of the schema.</summary>
    public static string Allowed(JsonObject schema)
    {
        if (schema["enum"] is JsonArray values) return string.Join(", ", values.Select(value => value?.ToString()));
        var type = Type(schema);
        var (least, most) = (schema["minimum"]?.ToString(), schema["maximum"]?.ToString());
        return (type, least, most) switch
        {
            ("integer", { }, { }) => $"a whole number from {least} to {most}",
            ("integer", { }, null) => $"a whole number from {least}",
            ("integer", null, { }) => $"a whole number up to {most}",
            ("integer", null, null) => "a whole number",
            ("number", { }, { }) => $"a number from {least} to {most}",
            ("number", _, _) => "a number",
            ("boolean", _, _) => "true or false",
            _ when schema["pattern"] is { } pattern => $"text like {pattern}",
            _ => "text",
        };
    }

    private static IEnumerable<(string Name, string Value)> Pairs(PackageView package, IReadOnlyList<string> words)
    {
        for (var position = 0; position < words.Count; position++)
        {
            var word = words[position];
            if (!word.StartsWith("--", StringComparison.Ordinal) || word.Length == 2)
                throw new UsageException($"'{word}' is not understood; {package.Name} has the options {Known(package)}");
            var name = word[2..];
            if (name.IndexOf('=', StringComparison.Ordinal) is > 0 and var split)
                yield return (name[..split], name[(split + 1)..]);
            else if (Find(package, name) is { } key && Type(Schema(package, key)) == "boolean" && !(position + 1 < words.Count && words[position + 1] is "true" or "false"))
                yield return (name, "true");
            else if (Find(package, name) is null)
                throw new UsageException($"{package.Name} has no option '{name}'; it has {Known(package)}");
            else if (++position < words.Count)
                yield return (name, words[position]);
            else
                throw new UsageException($"--{name} lacks its value");
        }
    }

    private static (string Name, string Value) Pair(string text) =>
        text.IndexOf('=', StringComparison.Ordinal) is > 0 and var split
            ? (text[..split], text[(split + 1)..])
            : throw new UsageException($"an option is given as key=value, not '{text}'");

    private static JsonNode Value(string key, JsonObject schema, string text)
    {
        JsonNode? value = Type(schema) switch
        {
            "integer" => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? JsonValue.Create(whole) : null,
            "number" => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : null,
            "boolean" => text switch { "true" => JsonValue.Create(true), "false" => JsonValue.Create(false), _ => null },
            _ => JsonValue.Create(text),
        };
        return value ?? throw new UsageException($"option {key} takes {Allowed(schema)}, not '{text}'");
    }

    /// <summary>Options are found whether their words are joined by a dash, an underscore or a capital.</summary>
    private static string? Find(PackageView package, string name) => Names(package).FirstOrDefault(known => Plain(known) == Plain(name));

    private static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    private static IEnumerable<string> Names(PackageView package) => (package.Schema["properties"] as JsonObject)?.Select(property => property.Key) ?? [];

    private static string Known(PackageView package) =>
        Names(package).Any() ? string.Join(", ", Names(package).Select(name => $"{name} ({Allowed(Schema(package, name))})")) : "no options";

    private static JsonObject Schema(PackageView package, string key) => package.Schema["properties"]?[key] as JsonObject ?? [];

    private static string? Type(JsonObject schema) =>
        schema["type"] is JsonArray types ? types.Select(type => type?.ToString()).FirstOrDefault(type => type != "null") : schema["type"]?.ToString();
}
