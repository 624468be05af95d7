using System.Globalization;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.Cli.Launching;

/// <summary>Reads <c>--workers 2</c>, <c>--workers=2</c> and <c>--option workers=2</c> by a package's options schema.</summary>
public static class OptionWords
{
    /// <param name="words">What the command line holds besides the options that every launch has.</param>
    /// <param name="pairs">The values of <c>--option</c>, each <c>key=value</c>.</param>
    /// <param name="others">Options that every launch has, such as <c>--name</c>: one of them may have been meant.</param>
    /// <exception cref="UsageException">A word that is no option of the package, or a value that its type does not take.</exception>
    public static JsonObject Read(PackageView package, IReadOnlyList<string> words, IReadOnlyList<string> pairs, IEnumerable<string>? others = null) =>
        Read(new Owner(package.Name, "option", package.Schema) { Others = [.. others ?? []] }, words, pairs);

    /// <summary>The same of what an operation is given.</summary>
    public static JsonObject Read(PackageOperationView operation, IReadOnlyList<string> pairs) => Read(new Owner(operation.Name, "input", operation.Inputs ?? []), [], pairs);

    private static JsonObject Read(Owner owner, IReadOnlyList<string> words, IReadOnlyList<string> pairs)
    {
        var options = new JsonObject();
        foreach (var (name, value) in Pairs(owner, words).Concat(pairs.Select(pair => Pair(owner, pair))))
        {
            var key = owner.Find(name) ?? throw owner.Lacks(name);
            if (options.ContainsKey(key)) throw new UsageException($"{owner.Word} {key} is given twice");
            options[key] = Value(owner, key, value);
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

    private static IEnumerable<(string Name, string Value)> Pairs(Owner owner, IReadOnlyList<string> words)
    {
        for (var position = 0; position < words.Count; position++)
        {
            var word = words[position];
            if (!word.StartsWith("--", StringComparison.Ordinal) || word.Length == 2)
                throw new UsageException($"'{word}' is not understood; {owner.Name} has the {owner.Word}s {owner.Known}");
            var name = word[2..];
            if (name.IndexOf('=', StringComparison.Ordinal) is > 0 and var split)
                yield return (name[..split], name[(split + 1)..]);
            else if (owner.Find(name) is { } key && Type(owner.SchemaOf(key)) == "boolean" && !(position + 1 < words.Count && words[position + 1] is "true" or "false"))
                yield return (name, "true");
            else if (owner.Find(name) is null)
                throw owner.Lacks(name);
            else if (++position < words.Count)
                yield return (name, words[position]);
            else
                throw new UsageException($"--{name} lacks its value");
        }
    }

    private static (string Name, string Value) Pair(Owner owner, string text) =>
        text.IndexOf('=', StringComparison.Ordinal) is > 0 and var split
            ? (text[..split], text[(split + 1)..])
            : throw new UsageException($"an {owner.Word} is given as key=value, not '{text}'");

    private static JsonNode Value(Owner owner, string key, string text)
    {
        var schema = owner.SchemaOf(key);
        JsonNode? value = Type(schema) switch
        {
            "integer" => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? JsonValue.Create(whole) : null,
            "number" => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : null,
            "boolean" => text switch { "true" => JsonValue.Create(true), "false" => JsonValue.Create(false), _ => null },
            _ => JsonValue.Create(text),
        };
        return value ?? throw new UsageException($"{owner.Word} {key} takes {Allowed(schema)}, not '{text}'");
    }

    private static string? Type(JsonObject schema) =>
        schema["type"] is JsonArray types ? types.Select(type => type?.ToString()).FirstOrDefault(type => type != "null") : schema["type"]?.ToString();

    /// <summary>What has options: a package, or an operation, whose are called inputs.</summary>
    private sealed record Owner(string Name, string Word, JsonObject Schema)
    {
        private JsonObject Properties => Schema["properties"] as JsonObject ?? [];

        public string Known => Properties.Count > 0 ? string.Join(", ", Properties.Select(property => $"{property.Key} ({Allowed(SchemaOf(property.Key))})")) : $"no {Word}s";

        public JsonObject SchemaOf(string key) => Properties[key] as JsonObject ?? [];

        /// <summary>They are found whether their words are joined by a dash, an underscore or a capital.</summary>
        public string? Find(string name) => Properties.Select(property => property.Key).FirstOrDefault(known => Plain(known) == Plain(name));

        /// <summary>With their dashes.</summary>
        public IReadOnlyList<string> Others { get; init; } = [];

        public UsageException Lacks(string name)
        {
            var meant = Nearest.To($"--{name}", Properties.Select(property => $"--{property.Key.Replace('_', '-')}").Concat(Others));
            return new($"{Name} has no {Word} '{name}'; it has {Known}{(meant is null ? "" : $". Did you mean '{meant}'?")}");
        }

        private static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
    }
}
