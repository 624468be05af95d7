using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.ControlPlane.Lake.Served;

/// <summary>Reads folders and files that a cluster serves in the form of WebHDFS, within bounds of time and of size.</summary>
public sealed class WebHdfs : IDisposable
{
    private const int MostAnswer = 16 * 1024 * 1024;
    private const int MostFolders = 1000;
    private const int LongestReason = 300;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly HttpClient client = new(new SocketsHttpHandler
    {
        UseProxy = false, AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None, ActivityHeadersPropagator = null, ConnectTimeout = TimeSpan.FromSeconds(3),
    }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <exception cref="IOException">It can't be listed; the message says why.</exception>
    public async Task<ListedFolder> ListAsync(FileServer server, CancellationToken cancellation)
    {
        var folders = 0;
        return await ListAsync(server, server.Folder, 0, () => ++folders > MostFolders, cancellation);
    }

    /// <summary>Writes a file's bytes to a stream.</summary>
    /// <exception cref="IOException">It can't be read, or is not what was listed; the message says why.</exception>
    public async Task CopyAsync(FileServer server, ListedFile file, Stream to, CancellationToken cancellation)
    {
        var told = await AskAsync(server, file.Path, "OPEN&noredirect=true", cancellation);
        if (!Uri.TryCreate(told["Location"]?.ToString(), UriKind.Absolute, out var place) || place.Scheme is not ("http" or "https") || !server.Tasks.Contains($"{place.Host}:{place.Port}"))
            throw new IOException($"{server.Cluster} sends whoever reads to {Short(told["Location"]?.ToString() ?? "nowhere")}, which is none of its tasks");
        try
        {
            using var answer = await client.GetAsync(place, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!answer.IsSuccessStatusCode)
                throw new IOException(Refusal(server, answer.StatusCode, await ReadAsync(answer.Content, cancellation)));
            await using var from = await answer.Content.ReadAsStreamAsync(cancellation);
            var (part, length) = (new byte[128 * 1024], 0L);
            for (int read; (read = await from.ReadAsync(part, cancellation)) > 0;)
            {
                if ((length += read) > file.Length)
                    break;
                await to.WriteAsync(part.AsMemory(0, read), cancellation);
            }

            if (length != file.Length)
                throw new IOException($"{file.Name} of {server.Cluster} is not as long as was said: it is being written");
        }
        catch (HttpRequestException broken)
        {
            throw new IOException($"{server.Cluster} can't be read: {broken.Message}", broken);
        }
    }

    public void Dispose() => client.Dispose();

    private async Task<ListedFolder> ListAsync(FileServer server, string folder, int depth, Func<bool> isTooMuch, CancellationToken cancellation)
    {
        if (isTooMuch())
            throw new IOException($"{server.Cluster} has more than {MostFolders:N0} folders below {server.Folder}");
        var (folders, files) = (new List<ListedFolder>(), new List<ListedFile>());
        foreach (var entry in Entries(server, await AskAsync(server, folder, "LISTSTATUS", cancellation)))
        {
            var path = $"{folder}/{entry.Name}";
            if (!entry.IsFolder)
                files.Add(new ListedFile(path, entry.Length, entry.ModifiedAt) { Owner = entry.Owner });
            else if (depth < ListedFolder.MostDepth)
                folders.Add(await ListAsync(server, path, depth + 1, isTooMuch, cancellation));
        }

        return new ListedFolder(folder, folders, files);
    }

    private static List<(string Name, bool IsFolder, long Length, DateTimeOffset ModifiedAt, string? Owner)> Entries(FileServer server, JsonNode told)
    {
        try
        {
            return
            [
                .. from entry in told["FileStatuses"]!["FileStatus"]!.AsArray()
                   let name = entry!["pathSuffix"]!.GetValue<string>()
                   let type = entry["type"]!.GetValue<string>()
                   where type is "FILE" or "DIRECTORY" && ListedFolder.IsVisible(name) && !name.Contains('/', StringComparison.Ordinal)
                   select (name, type == "DIRECTORY", entry["length"]!.GetValue<long>(), DateTimeOffset.FromUnixTimeMilliseconds(entry["modificationTime"]!.GetValue<long>()), entry["owner"]?.GetValue<string>()),
            ];
        }
        catch (Exception odd) when (odd is InvalidOperationException or NullReferenceException or FormatException or ArgumentOutOfRangeException)
        {
            throw new IOException($"{server.Cluster}: what it answers can't be read", odd);
        }
    }

    /// <summary>Of several the first that answers: one that only stands by refuses.</summary>
    private async Task<JsonNode> AskAsync(FileServer server, string path, string operation, CancellationToken cancellation)
    {
        IOException? last = null;
        foreach (var address in server.Addresses)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(Patience);
            try
            {
                using var answer = await client.GetAsync(FileServer.Asking(address, path, operation), HttpCompletionOption.ResponseHeadersRead, limit.Token);
                var text = await ReadAsync(answer.Content, limit.Token);
                if (answer.IsSuccessStatusCode)
                    return JsonNode.Parse(text ?? throw new IOException($"{server.Cluster} answers with more than {MostAnswer / 1024 / 1024} MiB")) ?? throw new JsonException();
                last = new IOException(Refusal(server, answer.StatusCode, text));
            }
            catch (Exception broken) when (broken is HttpRequestException or JsonException)
            {
                last = new IOException($"{server.Cluster} can't be asked: {broken.Message}", broken);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                last = new IOException($"{server.Cluster} does not answer within {Patience.TotalSeconds:0} s");
            }
        }

        throw last!;
    }

    private static string Refusal(FileServer server, HttpStatusCode status, string? text)
    {
        try
        {
            if (text is not null && JsonNode.Parse(text)?["RemoteException"]?["message"] is { } why)
                return $"{server.Cluster} refuses: {Short(why.ToString().Split('\n')[0])}";
        }
        catch (Exception odd) when (odd is JsonException or InvalidOperationException)
        {
            // It does not say why.
        }

        return $"{server.Cluster} answers {(int)status}";
    }

    private static string Short(string text) => text.Length > LongestReason ? $"{text[..LongestReason]}…" : text;

    /// <returns>Null when it is too much.</returns>
    private static async Task<string?> ReadAsync(HttpContent content, CancellationToken cancellation)
    {
        await using var from = await content.ReadAsStreamAsync(cancellation);
        using var text = new MemoryStream();
        var part = new byte[16 * 1024];
        for (int read; (read = await from.ReadAsync(part, cancellation)) > 0;)
        {
            if (text.Length + read > MostAnswer)
                return null;
            text.Write(part, 0, read);
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }
}
