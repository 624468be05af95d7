using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>A package as it lies beside its operator: what it is, what it needs, what can be chosen.</summary>
/// <param name="Lock">The engine's files; empty when it is no set of Maven artifacts.</param>
/// <param name="Python">The engine's Python environment; null when it needs none.</param>
/// <param name="Schema">JSON Schema of the options.</param>
public sealed partial record PackageFolder(
    string Folder, string Name, string Title, string Description, string Version,
    IReadOnlyList<LockedFile> Lock, Requirements? Python, JsonObject Schema, JsonObject Defaults)
{
    public const string ManifestFile = "package.json";
    public const string PomFile = "pom.xml";
    public const string LockFileName = "lock.sha256";
    public const string RequirementsFile = "requirements.txt";
    public const string SchemaFile = "options.schema.json";
    public const string DefaultsFile = "defaults.json";

    public string PomPath => Path.Combine(Folder, PomFile);

    /// <summary>Identifies what the lock says, whatever the order of its lines.</summary>
    public Digest LockDigest => Digest.Of(System.Text.Encoding.UTF8.GetBytes(
        string.Join('\n', Lock.Select(file => $"{file.Digest}  {file.FileName}").Order(StringComparer.Ordinal))));

    /// <exception cref="PackageFormatException">A file is missing or malformed; the message names it.</exception>
    public static PackageFolder Read(string folder)
    {
        var manifest = ReadObject(folder, ManifestFile) ?? throw new PackageFormatException($"{folder} holds no {ManifestFile}");
        var name = Text(manifest, "name");
        if (!NamePattern().IsMatch(name))
            throw new PackageFormatException($"{ManifestFile}: name '{name}' must be lower-case letters, digits and dashes, at most 40");

        var locked = ReadText(folder, LockFileName) is { } text ? LockFile.Parse(text, LockFileName) : [];
        if (locked.Count > 0 && !File.Exists(Path.Combine(folder, PomFile)))
            throw new PackageFormatException($"{folder} holds {LockFileName} and no {PomFile} that it is the closure of");
        var python = ReadText(folder, RequirementsFile) is { } lines ? Requirements.Parse(lines, RequirementsFile) : null;
        var schema = ReadObject(folder, SchemaFile) ?? new JsonObject { ["type"] = "object", ["additionalProperties"] = false };
        return new(folder, name, Text(manifest, "title"), Text(manifest, "description"), Text(manifest, "version"),
            locked, python, schema, ReadObject(folder, DefaultsFile) ?? []);
    }

    private static string Text(JsonObject manifest, string member) =>
        manifest[member] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0
            ? text
            : throw new PackageFormatException($"{ManifestFile}: '{member}' must be a text that is not empty");

    private static JsonObject? ReadObject(string folder, string file)
    {
        if (ReadText(folder, file) is not { } text)
            return null;
        try
        {
            return JsonNode.Parse(text) as JsonObject ?? throw new PackageFormatException($"{file}: expected a JSON object");
        }
        catch (JsonException malformed)
        {
            throw new PackageFormatException($"{file}:{malformed.LineNumber + 1}: {malformed.Message}", malformed);
        }
    }

    private static string? ReadText(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        return File.Exists(path) ? File.ReadAllText(path) : null;
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,39}\z")]
    private static partial Regex NamePattern();
}
