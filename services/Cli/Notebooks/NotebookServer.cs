using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.Cli.Notebooks;

/// <summary>A Jupyter server of the platform, reached through the console's proxy as a browser reaches it.</summary>
public sealed class NotebookServer : IDisposable
{
    private const string CrossSiteCookie = "_xsrf";
    private readonly HttpClient http;
    private readonly CookieContainer cookies = new();
    private readonly Uri root;
    private readonly string? bearer;
    private readonly string? token;

    /// <param name="page">The endpoint's path at the console, such as <c>/ui/trial-notebook/lab/</c>; its query may carry Jupyter's own token.</param>
    public NotebookServer(ControlPlaneAddress console, string page)
    {
        var address = new Uri(new Uri(console.Url), page);
        root = new Uri(address, string.Concat(address.Segments.Take(4)).TrimEnd('/') + "/");
        token = address.Query.TrimStart('?').Split('&').Select(pair => pair.Split('=', 2)).Where(pair => pair is ["token", _]).Select(pair => Uri.UnescapeDataString(pair[1])).FirstOrDefault();
        bearer = console.Token;
        http = new HttpClient(new SocketsHttpHandler { CookieContainer = cookies, UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = root };
        if (bearer is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
    }

    /// <summary>A notebook as JSON; null when there is none at <paramref name="path"/>.</summary>
    public async Task<JsonObject?> ReadAsync(string path, CancellationToken cancellation)
    {
        var answer = await AskAsync(HttpMethod.Get, $"api/contents/{Escape(path)}?type=notebook&content=1", null, cancellation, allowMissing: true);
        return answer?["content"] as JsonObject;
    }

    public Task WriteAsync(string path, JsonObject notebook, CancellationToken cancellation) =>
        AskAsync(HttpMethod.Put, $"api/contents/{Escape(path)}", new JsonObject { ["type"] = "notebook", ["format"] = "json", ["content"] = notebook.DeepClone() }, cancellation);

    /// <summary>Starts a kernel for a notebook. Returns the ids of the session and of the kernel.</summary>
    public async Task<(string Session, string Kernel)> StartKernelAsync(string path, string kernel, CancellationToken cancellation)
    {
        var answer = await AskAsync(HttpMethod.Post, "api/sessions",
            new JsonObject { ["path"] = path, ["name"] = Path.GetFileName(path), ["type"] = "notebook", ["kernel"] = new JsonObject { ["name"] = kernel } }, cancellation);
        return (Text(answer, "id"), Text(answer?["kernel"], "id"));
    }

    public Task EndKernelAsync(string session, CancellationToken cancellation) => AskAsync(HttpMethod.Delete, $"api/sessions/{Escape(session)}", null, cancellation, allowMissing: true);

    /// <summary>Opens the kernel's channels.</summary>
    public async Task<WebSocket> ConnectAsync(string kernel, CancellationToken cancellation)
    {
        var address = new UriBuilder(new Uri(root, $"api/kernels/{Escape(kernel)}/channels{Query("?")}")) { Scheme = root.Scheme == "https" ? "wss" : "ws" };
        var socket = new ClientWebSocket();
        socket.Options.Cookies = cookies;
        socket.Options.Proxy = null;
        if (bearer is not null) socket.Options.SetRequestHeader("Authorization", $"Bearer {bearer}");
        try
        {
            await socket.ConnectAsync(address.Uri, cancellation);
            return socket;
        }
        catch (WebSocketException error)
        {
            socket.Dispose();
            throw new UnreachableException($"The kernel's channels at {root} do not open: {error.Message}", error);
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<JsonNode?> AskAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellation, bool allowMissing = false)
    {
        using var request = new HttpRequestMessage(method, path + Query(path.Contains('?', StringComparison.Ordinal) ? "&" : "?"));
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        if (cookies.GetCookies(root)[CrossSiteCookie] is { } cookie) request.Headers.Add("X-XSRFToken", cookie.Value);
        try
        {
            using var answer = await http.SendAsync(request, cancellation);
            var text = await answer.Content.ReadAsStringAsync(cancellation);
            if (allowMissing && answer.StatusCode == HttpStatusCode.NotFound) return null;
            if (!answer.IsSuccessStatusCode)
                throw new RefusedException(new Problem($"The notebook server answered {(int)answer.StatusCode} to {method} {request.RequestUri?.AbsolutePath}", (int)answer.StatusCode, text[..Math.Min(text.Length, 300)], null));
            return text.Length == 0 ? null : JsonNode.Parse(text);
        }
        catch (Exception error) when (error is HttpRequestException or JsonException)
        {
            throw new UnreachableException($"The notebook server at {root} can't be spoken to: {error.Message}", error);
        }
    }

    private string Query(string sign) => token is null ? "" : $"{sign}token={Uri.EscapeDataString(token)}";

    private static string Escape(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static string Text(JsonNode? node, string member) =>
        node?[member]?.GetValue<string>() ?? throw new UnreachableException($"The notebook server's answer lacks '{member}'");
}
