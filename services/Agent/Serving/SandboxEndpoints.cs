using System.Globalization;
using System.Text;
using System.Text.Json;
using DataPlatform.Services.Agent.Sandboxes;
using DataPlatform.Services.Agent.Serving.Authentication;
using DataPlatform.Services.Hosting.Serving;

namespace DataPlatform.Services.Agent.Serving;

/// <summary>
/// <c>GET /files/read</c>, <c>/files/download</c> and <c>/files/browse</c>, as tools of the Mesos world ask them. <c>path</c> is the one
/// that READ_FILE takes, or a sandbox's path on this host.
/// </summary>
internal sealed class SandboxEndpoints(SandboxFiles files, AgentRights rights)
{
    private const int PartSize = 128 * 1024;

    public void Map(WebApplication app, string prefix)
    {
        app.MapGet(prefix + "/files/read", (RequestDelegate)ReadAsync);
        app.MapGet(prefix + "/files/download", (RequestDelegate)DownloadAsync);
        app.MapGet(prefix + "/files/browse", (RequestDelegate)BrowseAsync);
    }

    /// <summary>As Mesos has it: <c>{"data":"...","offset":N}</c>; offset -1 asks for the file's size.</summary>
    private async Task ReadAsync(HttpContext context)
    {
        if (await PlaceAsync(context) is not { } place)
            return;
        var query = context.Request.Query;
        if (!TryNumber(query["offset"], -1, out var offset) || offset < -1 || !TryNumber(query["length"], SandboxFiles.LongestRead, out var length) || length < -1)
        {
            await Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, "'offset' and 'length' must be whole numbers from -1 up (-1: the file's size, and as much as one read gives)");
            return;
        }

        if (SandboxFiles.Read(place, Math.Max(0, offset), offset < 0 ? 0 : length < 0 ? null : length) is not { } content)
        {
            await RefuseFileAsync(context, place);
            return;
        }

        await WriteAsync(context, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("data", Encoding.UTF8.GetString(content.Data));
            writer.WriteNumber("offset", offset < 0 ? content.Size : offset);
            writer.WriteEndObject();
        });
    }

    private async Task DownloadAsync(HttpContext context)
    {
        if (await PlaceAsync(context) is not { } place)
            return;
        using var file = SandboxFiles.Open(place);
        if (file is null)
        {
            await RefuseFileAsync(context, place);
            return;
        }

        // What a task appends meanwhile is left for the next time: the length has been said.
        var length = RandomAccess.GetLength(file);
        var response = context.Response;
        response.ContentType = "application/octet-stream";
        response.ContentLength = length;
        response.Headers.ContentDisposition = "attachment; filename*=UTF-8''" + Uri.EscapeDataString(Path.GetFileName(place.Path.TrimEnd('/')));
        var part = new byte[PartSize];
        for (long at = 0; at < length;)
        {
            var count = RandomAccess.Read(file, part.AsSpan(0, (int)Math.Min(PartSize, length - at)), at);
            if (count == 0)
            {
                context.Abort(); // Cut by its task: the caller is to see that it has not all of it.
                return;
            }

            await response.Body.WriteAsync(part.AsMemory(0, count), context.RequestAborted);
            at += count;
        }
    }

    private async Task BrowseAsync(HttpContext context)
    {
        if (await PlaceAsync(context) is not { } place)
            return;
        if (SandboxFiles.List(place) is not { } entries)
        {
            await Refusal.WriteAsync(context, StatusCodes.Status404NotFound, $"There is no folder '{place.Path}' in any sandbox");
            return;
        }

        await WriteAsync(context, writer =>
        {
            writer.WriteStartArray();
            foreach (var entry in entries)
            {
                writer.WriteStartObject();
                writer.WriteString("gid", entry.Gid);
                writer.WriteString("mode", ModeText(entry.Mode));
                writer.WriteNumber("mtime", entry.Mtime.Nanoseconds / 1e9);
                writer.WriteNumber("nlink", entry.Nlink);
                writer.WriteString("path", entry.Path);
                writer.WriteNumber("size", entry.Size);
                writer.WriteString("uid", entry.Uid);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    /// <summary>As <c>ls -l</c> writes it.</summary>
    internal static string ModeText(uint mode)
    {
        const string letters = "rwxrwxrwx";
        var type = (mode & 0xF000) switch { 0x4000 => 'd', 0xA000 => 'l', 0x1000 => 'p', 0xC000 => 's', 0x6000 => 'b', 0x2000 => 'c', _ => '-' };
        return type + string.Concat(letters.Select((letter, index) => (mode & (0x100u >> index)) != 0 ? letter : '-'));
    }

    /// <summary>Null when the request has been refused.</summary>
    private async Task<SandboxPlace?> PlaceAsync(HttpContext context)
    {
        var path = context.Request.Query["path"].ToString();
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            await Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, path.Length == 0 ? "The query needs a 'path'" : "'path' holds a NUL character");
            return null;
        }

        if (files.Find(path) is not { } place)
        {
            await Refusal.WriteAsync(context, StatusCodes.Status404NotFound, $"There is no file or folder {path} in any sandbox");
            return null;
        }

        if (await rights.WhyNotSandboxAsync(context.Caller(), place) is not { } why)
            return place;
        await Refusal.WriteAsync(context, StatusCodes.Status403Forbidden, why);
        return null;
    }

    private static Task RefuseFileAsync(HttpContext context, SandboxPlace place) => SandboxFiles.List(place) is null
        ? Refusal.WriteAsync(context, StatusCodes.Status404NotFound, $"There is no file {place.Path} in any sandbox")
        : Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, $"{place.Path} is a folder; /files/browse shows it");

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
