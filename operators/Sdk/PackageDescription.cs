using System.Text.Json;
using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk;

/// <summary>What a package folder says of itself: <c>package.json</c>, <c>options.schema.json</c>, <c>defaults.json</c>.</summary>
public sealed record PackageDescription(string Name, string Title, string Description, string Version, JsonObject Schema, JsonObject Defaults)
{
    /// <summary>What its clusters can be asked to do while they serve: those of the specification, for people.</summary>
    public IReadOnlyList<OperationDescription> Operations { get; init; } = [];

    /// <exception cref="InvalidDataException">A file is missing or is not of its form; the message names it.</exception>
    public static PackageDescription Read(string folder)
    {
        var about = ReadObject(Path.Combine(folder, "package.json"));
        return new PackageDescription(
            Text(about, "name", folder), Text(about, "title", folder), Text(about, "description", folder), Text(about, "version", folder),
            ReadObject(Path.Combine(folder, "options.schema.json")), ReadObject(Path.Combine(folder, "defaults.json")));
    }

    private static JsonObject ReadObject(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject ?? throw new InvalidDataException($"{path} is not a JSON object");
        }
        catch (Exception unreadable) when (unreadable is IOException or JsonException)
        {
            throw new InvalidDataException($"{path}: {unreadable.Message}", unreadable);
        }
    }

    private static string Text(JsonObject about, string member, string folder) =>
        about[member]?.GetValue<string>() ?? throw new InvalidDataException($"package.json in {folder} lacks \"{member}\"");
}

/// <param name="Name">As in <see cref="OperationSpecification.Name"/>.</param>
public sealed record OperationDescription(string Name, string Title, string Description, OperationKind Kind);
