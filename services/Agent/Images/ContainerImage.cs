using System.Text.Json;
using System.Text.Json.Nodes;
using DataPlatform.Services.Agent.Sandboxes;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Images;

/// <summary>An image that is in the agent's store, ready to be shown to tasks.</summary>
/// <param name="Id">By its content.</param>
/// <param name="Layers">Folders, the topmost first.</param>
internal sealed record ContainerImage(string Id, IReadOnlyList<string> Layers)
{
    private const int MostUsers = 1024 * 1024;

    public IReadOnlyList<string> EntryPoint { get; init; } = [];

    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Each as <c>NAME=VALUE</c>.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    public IEnumerable<(string Name, string Value)> Variables =>
        Environment.Select(each => each.Split('=', 2)).Where(parts => parts is [{ Length: > 0 }, _]).Select(parts => (parts[0], parts[1]));

    /// <summary>Empty: it names none.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>What podman said of it, to be read again.</summary>
    public string Inspection { get; private init; } = "";

    /// <summary>Of what <c>podman image inspect</c> says of one image.</summary>
    /// <exception cref="FormatException">It says something else than is known.</exception>
    public static ContainerImage Parse(string inspection)
    {
        try
        {
            var image = JsonNode.Parse(inspection)!.AsArray()[0]!;
            var data = image["GraphDriver"]!["Data"]!;
            if (image["GraphDriver"]!["Name"]!.GetValue<string>() != "overlay")
                throw new FormatException($"podman keeps images by '{image["GraphDriver"]!["Name"]}'; only overlay is known here");
            var lower = data["LowerDir"]?.GetValue<string>() ?? "";
            var config = image["Config"] as JsonObject ?? [];
            return new ContainerImage(image[nameof(Id)]!.GetValue<string>(), [data["UpperDir"]!.GetValue<string>(), .. lower.Split(':', StringSplitOptions.RemoveEmptyEntries)])
            {
                EntryPoint = Words(config["Entrypoint"]),
                Command = Words(config["Cmd"]),
                Environment = Words(config["Env"]),
                Inspection = inspection,
                WorkingDirectory = config["WorkingDir"]?.GetValue<string>() ?? "",
            };
        }
        catch (Exception problem) when (problem is JsonException or NullReferenceException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            throw new FormatException($"what podman says of the image can't be read: {problem.Message}");
        }
    }

    /// <summary>The image's own user database; null where it has none, or a link in its place.</summary>
    public string? ReadUsers()
    {
        foreach (var layer in Layers)
        {
            using var file = ContainedFiles.OpenRead(layer, "etc/passwd");
            if (file is null)
                continue;
            var content = new byte[Math.Min(RandomAccess.GetLength(file), MostUsers)];
            return System.Text.Encoding.UTF8.GetString(content, 0, RandomAccess.Read(file, content, 0));
        }

        return null;
    }

    private static List<string> Words(JsonNode? list) => list is JsonArray words ? [.. words.Select(each => each!.GetValue<string>())] : [];
}
