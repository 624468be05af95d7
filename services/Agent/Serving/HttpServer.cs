using System.Globalization;
using System.Text.Json;
using DataPlatform.Services.Agent.Configuration;
using DataPlatform.Services.Agent.Sandboxes;
using DataPlatform.Services.Hosting.Serving;

namespace DataPlatform.Services.Agent.Serving;

/// <summary>The agent's own HTTP side.</summary>
internal static class HttpServer
{
    public static WebApplication Build(AgentOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = options.WorkDirectory });
        builder.Logging.ToConsole();
        builder.ListenOn(options.Address, options.Port, OperatorApi.LongestBody);
        return builder.Build();
    }

    public static void Map(WebApplication app, AgentOptions options, OperatorApi api, SandboxFiles files, AgentMetrics metrics)
    {
        var authentication = new Authentication(options.HttpCredentials);
        app.Use(next => context => authentication.InvokeAsync(context, next));
        foreach (var prefix in (string[])["", "/slave(1)"])
        {
            app.MapPost(prefix + "/api/v1", (RequestDelegate)api.HandleAsync);
            app.MapGet(prefix + "/health", () => Results.Ok());
            app.MapGet(prefix + "/version", () => Results.Text($"{{\"version\":\"{AgentVersion.Text}\"}}", "application/json"));
            app.MapGet(prefix + "/metrics", async () => Results.Text(await metrics.ToPrometheusAsync(), "text/plain; version=0.0.4"));
            app.MapGet(prefix + "/files/read", (RequestDelegate)(context => ReadAsync(context, files)));
            app.MapGet(prefix + "/files/browse", (RequestDelegate)(context => BrowseAsync(context, files)));
        }
    }

    /// <summary>As Mesos has it: <c>{"data":"...","offset":N}</c>; offset -1 asks for the file's size.</summary>
    private static async Task ReadAsync(HttpContext context, SandboxFiles files)
    {
        var query = context.Request.Query;
        if (query["path"].ToString() is not { Length: > 0 } path)
        {
            await OperatorApi.Refuse(context, StatusCodes.Status400BadRequest, "The query needs a 'path'");
            return;
        }

        if (!TryNumber(query["offset"], -1, out var offset) || !TryNumber(query["length"], SandboxFiles.LongestRead, out var length) || length < 0)
        {
            await OperatorApi.Refuse(context, StatusCodes.Status400BadRequest, "'offset' and 'length' must be whole numbers, length not negative");
            return;
        }

        if (files.Read(path, Math.Max(0, offset), offset < 0 ? 0 : length) is not { } content)
        {
            await OperatorApi.Refuse(context, StatusCodes.Status404NotFound, $"There is no file {path} in any sandbox");
            return;
        }

        await WriteAsync(context, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("data", System.Text.Encoding.UTF8.GetString(content.Data));
            writer.WriteNumber("offset", offset < 0 ? content.Size : offset);
            writer.WriteEndObject();
        });
    }

    private static async Task BrowseAsync(HttpContext context, SandboxFiles files)
    {
        var path = context.Request.Query["path"].ToString();
        if (files.List(path) is not { } entries)
        {
            await OperatorApi.Refuse(context, StatusCodes.Status404NotFound, $"There is no folder '{path}' in any sandbox");
            return;
        }

        await WriteAsync(context, writer =>
        {
            writer.WriteStartArray();
            foreach (var entry in entries)
            {
                writer.WriteStartObject();
                writer.WriteString("path", entry.Path);
                writer.WriteNumber("size", entry.Size);
                writer.WriteNumber("mtime", entry.Mtime.Nanoseconds / 1e9);
                writer.WriteString("mode", ModeText(entry.Mode));
                writer.WriteNumber("nlink", entry.Nlink);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    /// <summary>As <c>ls -l</c> writes it.</summary>
    internal static string ModeText(uint mode)
    {
        const string letters = "rwxrwxrwx";
        var type = (mode & 0xF000) switch { 0x4000 => 'd', 0xA000 => 'l', _ => '-' };
        return type + string.Concat(letters.Select((letter, index) => (mode & (0x100u >> index)) != 0 ? letter : '-'));
    }

    private static bool TryNumber(string? text, long otherwise, out long value)
    {
        value = otherwise;
        return string.IsNullOrEmpty(text) || long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    private static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(buffer))
            write(writer);
        context.Response.ContentType = "application/json";
        buffer.Position = 0;
        await buffer.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
