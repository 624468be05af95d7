using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.Cli.Notebooks;

/// <summary>Runs all cells of a notebook on its server's kernel, one after another, and keeps the executed copy beside the notebook.</summary>
public sealed class NotebookRun(NotebookServer server, Func<string, Task> tell)
{
    private const int LargestMessage = 64 * 1024 * 1024;

    public static string ExecutedPath(string path) => path.EndsWith(".ipynb", StringComparison.Ordinal) ? $"{path[..^6]}-executed.ipynb" : $"{path}-executed";

    /// <returns>The executed notebook, as it was saved.</returns>
    /// <exception cref="RefusedException">There is no such notebook, or a cell failed; what was executed until then is saved.</exception>
    public async Task<NotebookDocument> ExecuteAsync(string path, CancellationToken cancellation)
    {
        var notebook = new NotebookDocument(await server.ReadAsync(path, cancellation) ?? throw new RefusedException(new Problem($"The notebook server has no notebook '{path}'", 404, null, null)));
        var copy = ExecutedPath(path);
        await server.WriteAsync(copy, notebook.Json, cancellation);
        var (session, kernel) = await server.StartKernelAsync(copy, notebook.KernelName, cancellation);
        try
        {
            using var channels = await server.ConnectAsync(kernel, cancellation);
            await ExecuteCellsAsync(notebook, channels, cancellation);
        }
        finally
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            await server.WriteAsync(copy, notebook.Json, limit.Token);
            await server.EndKernelAsync(session, limit.Token);
        }
        return notebook;
    }

    private async Task ExecuteCellsAsync(NotebookDocument notebook, WebSocket channels, CancellationToken cancellation)
    {
        var (cells, session) = (notebook.CodeCells, Guid.NewGuid().ToString("N"));
        for (var index = 0; index < cells.Count; index++)
        {
            var (cell, id) = (cells[index], Guid.NewGuid().ToString("N"));
            var first = NotebookDocument.Source(cell).Split('\n').First(line => line.Trim().Length > 0).Trim();
            await tell($"cell {index + 1} of {cells.Count}: {(first.Length > 90 ? first[..90] + "…" : first)}");
            NotebookDocument.Begin(cell);
            await channels.SendAsync(Encoding.UTF8.GetBytes(KernelMessage.ExecuteRequest(id, session, NotebookDocument.Source(cell)).ToJsonString()),
                WebSocketMessageType.Text, true, cancellation);
            var reply = await CollectAsync(cell, id, channels, cancellation);
            cell["execution_count"] = reply["execution_count"]?.DeepClone();
            if (reply["status"]?.GetValue<string>() == "ok") continue;
            throw new RefusedException(new Problem(
                string.Create(CultureInfo.InvariantCulture, $"Cell {index + 1} of the notebook failed"), 422,
                $"{reply["ename"]?.GetValue<string>()}: {reply["evalue"]?.GetValue<string>()}", null));
        }
    }

    /// <summary>Reads until the kernel has both answered and gone idle: outputs may come after the answer.</summary>
    private static async Task<JsonNode> CollectAsync(JsonObject cell, string id, WebSocket channels, CancellationToken cancellation)
    {
        JsonNode? reply = null;
        for (var idle = false; reply is null || !idle;)
        {
            var message = await ReceiveAsync(channels, cancellation);
            if (!KernelMessage.Answers(message, id)) continue;
            if (KernelMessage.Output(message) is { } output) NotebookDocument.AddOutput(cell, output);
            else if (KernelMessage.Type(message) == "execute_reply") reply = message["content"];
            else if (KernelMessage.Type(message) == "status" && message["content"]?["execution_state"]?.GetValue<string>() == "idle") idle = true;
        }
        return reply;
    }

    private static async Task<JsonNode> ReceiveAsync(WebSocket channels, CancellationToken cancellation)
    {
        using var whole = new MemoryStream();
        var part = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var received = await channels.ReceiveAsync(part, cancellation);
                if (received.MessageType == WebSocketMessageType.Close) throw new UnreachableException("The notebook's kernel closed its channels");
                whole.Write(part, 0, received.Count);
                if (whole.Length > LargestMessage) throw new UnreachableException($"The notebook's kernel sent a message of more than {LargestMessage} bytes");
                if (received.EndOfMessage) return JsonNode.Parse(whole.GetBuffer().AsSpan(0, (int)whole.Length)) ?? new JsonObject();
            }
        }
        catch (Exception error) when (error is WebSocketException or JsonException)
        {
            throw new UnreachableException($"The notebook's kernel can't be heard: {error.Message}", error);
        }
    }
}
