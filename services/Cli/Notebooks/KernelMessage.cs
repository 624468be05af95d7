using System.Text.Json.Nodes;

namespace DataPlatform.Services.Cli.Notebooks;

/// <summary>The messages of Jupyter's kernel protocol that running a notebook needs, as the server's websocket has them.</summary>
public static class KernelMessage
{
    public static JsonObject ExecuteRequest(string id, string session, string code) => new()
    {
        ["channel"] = "shell",
        ["header"] = new JsonObject { ["msg_id"] = id, ["msg_type"] = "execute_request", ["session"] = session, ["username"] = "dp", ["version"] = "5.3", ["date"] = "" },
        ["parent_header"] = new JsonObject(),
        ["metadata"] = new JsonObject(),
        ["content"] = new JsonObject
        {
            ["code"] = code, ["silent"] = false, ["store_history"] = true, ["user_expressions"] = new JsonObject(), ["allow_stdin"] = false, ["stop_on_error"] = true,
        },
        ["buffers"] = new JsonArray(),
    };

    public static string? Type(JsonNode message) => message["header"]?["msg_type"]?.GetValue<string>();

    public static bool Answers(JsonNode message, string id) => message["parent_header"]?["msg_id"]?.GetValue<string>() == id;

    /// <summary>The message as an output of a cell; null when it is none.</summary>
    public static JsonObject? Output(JsonNode message)
    {
        var content = message["content"];
        return Type(message) switch
        {
            "stream" => Pick("stream", content, "name", "text"),
            "display_data" => Pick("display_data", content, "data", "metadata"),
            "execute_result" => Pick("execute_result", content, "data", "metadata", "execution_count"),
            "error" => Pick("error", content, "ename", "evalue", "traceback"),
            _ => null,
        };
    }

    private static JsonObject Pick(string type, JsonNode? content, params string[] members)
    {
        var output = new JsonObject { ["output_type"] = type };
        foreach (var member in members) output[member] = content?[member]?.DeepClone();
        return output;
    }
}
