using System.Text.Json;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Cli.Notebooks;

/// <summary>An executed notebook in Jupyter's format 4.</summary>
public sealed class NotebookDocument(JsonObject json)
{
    /// <exception cref="InvalidDataException">The file is no notebook; the message names it.</exception>
    public static NotebookDocument Read(string path)
    {
        try
        {
            return new NotebookDocument(JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject ?? throw new InvalidDataException($"{path} is no notebook"));
        }
        catch (Exception error) when (error is IOException or JsonException)
        {
            throw new InvalidDataException($"{path} can't be read as a notebook: {error.Message}", error);
        }
    }

    public IReadOnlyList<JsonObject> CodeCells =>
        [.. (json["cells"] as JsonArray ?? []).OfType<JsonObject>().Where(cell => cell["cell_type"]?.GetValue<string>() == "code")];

    /// <summary>What the notebook found: the text of its cell with the tag <c>result</c>, or of the last cell that showed any.</summary>
    public string Findings => (CodeCells.Where(IsResult).Select(TextOf).FirstOrDefault()
        ?? CodeCells.Select(TextOf).LastOrDefault(text => text.Trim().Length > 0) ?? "").TrimEnd();

    /// <summary>Pictures in all outputs.</summary>
    public int Plots => CodeCells.Sum(cell => Outputs(cell).Count(output => output["data"]?["image/png"] is not null));

    /// <summary>What the cell showed as text: what it printed and what it returned, pictures' captions left out.</summary>
    public static string TextOf(JsonObject cell) => string.Concat(Outputs(cell).Select(output => output["output_type"]?.GetValue<string>() switch
    {
        "stream" => output["name"]?.GetValue<string>() == "stdout" ? Joined(output["text"]) : "",
        _ when output["data"]?["image/png"] is null && output["data"]?["text/plain"] is { } text => Joined(text) + "\n",
        _ => "",
    }));

    private static bool IsResult(JsonObject cell) => cell["metadata"]?["tags"] is JsonArray tags && tags.Any(tag => tag?.GetValue<string>() == "result");

    private static IEnumerable<JsonObject> Outputs(JsonObject cell) => (cell["outputs"] as JsonArray ?? []).OfType<JsonObject>();

    private static string Joined(JsonNode? text) => text switch
    {
        JsonArray lines => string.Concat(lines.Select(line => line?.GetValue<string>())),
        JsonValue value => value.GetValue<string>(),
        _ => "",
    };
}
