using System.Text.Json.Nodes;

namespace DataPlatform.Services.Cli.Notebooks;

/// <summary>A notebook in Jupyter's format 4.</summary>
public sealed class NotebookDocument(JsonObject json)
{
    public JsonObject Json => json;

    public string KernelName => json["metadata"]?["kernelspec"]?["name"]?.GetValue<string>() ?? "python3";

    public IReadOnlyList<JsonObject> CodeCells =>
        [.. (json["cells"] as JsonArray ?? []).OfType<JsonObject>().Where(cell => cell["cell_type"]?.GetValue<string>() == "code" && Source(cell).Trim().Length > 0)];

    public static string Source(JsonObject cell) => Joined(cell["source"]);

    /// <summary>What the cell showed as text: what it printed and what it returned.</summary>
    public static string TextOf(JsonObject cell) => string.Concat((cell["outputs"] as JsonArray ?? []).OfType<JsonObject>().Select(output =>
        output["output_type"]?.GetValue<string>() == "stream"
            ? output["name"]?.GetValue<string>() == "stdout" ? Joined(output["text"]) : ""
            : output["data"]?["image/png"] is null && output["data"]?["text/plain"] is { } text ? Joined(text) + "\n" : ""));

    /// <summary>The text of the last cell that showed any: where a notebook says what it found.</summary>
    public string Findings => CodeCells.Select(TextOf).LastOrDefault(text => text.Trim().Length > 0)?.TrimEnd() ?? "";

    /// <summary>Pictures in all outputs.</summary>
    public int Plots => CodeCells.Sum(cell => (cell["outputs"] as JsonArray ?? []).Count(output => output?["data"]?["image/png"] is not null));

    public static void Begin(JsonObject cell)
    {
        cell["outputs"] = new JsonArray();
        cell["execution_count"] = null;
    }

    public static void AddOutput(JsonObject cell, JsonObject output)
    {
        var outputs = (JsonArray)cell["outputs"]!;
        // Streams come in pieces; a notebook keeps neighbours together.
        if (output["output_type"]?.GetValue<string>() == "stream" && outputs.LastOrDefault() is JsonObject last
            && last["output_type"]?.GetValue<string>() == "stream" && last["name"]?.GetValue<string>() == output["name"]?.GetValue<string>())
            last["text"] = Joined(last["text"]) + Joined(output["text"]);
        else
            outputs.Add(output);
    }

    private static string Joined(JsonNode? text) => text switch
    {
        JsonArray lines => string.Concat(lines.Select(line => line?.GetValue<string>())),
        JsonValue value => value.GetValue<string>(),
        _ => "",
    };
}
