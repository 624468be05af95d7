using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DataPlatform.Core.Client.Http;

namespace DataPlatform.Core.Client.ControlPlane;

/// <summary>
/// The control plane's REST, typed. Every call throws <see cref="RefusedException"/> when the control plane refuses and
/// <see cref="UnreachableException"/> when none answers.
/// </summary>
public sealed class ControlPlaneClient : IDisposable
{
    private static readonly ControlPlaneJson Json = ControlPlaneJson.Default;
    private static readonly TimeSpan ExecKeepAlive = TimeSpan.FromSeconds(30);
    private readonly HttpClient http;

    /// <param name="requestTimeout">For one answer; a watched stream may stay open longer. Null means 100 seconds.</param>
    public ControlPlaneClient(ControlPlaneAddress address, TimeSpan? requestTimeout = null, HttpMessageHandler? handler = null)
    {
        Address = address;
        http = new HttpClient(handler ?? new LeaderHandler(new FailedConnectionHandler(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5), UseProxy = false, AllowAutoRedirect = false })))
        {
            BaseAddress = new Uri(address.Url.TrimEnd('/') + "/"),
            Timeout = requestTimeout ?? TimeSpan.FromSeconds(100),
        };
        if (address.Token is { Length: > 0 } token) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public ControlPlaneAddress Address { get; }

    public Task<IReadOnlyList<PackageView>> PackagesAsync(CancellationToken cancellation = default) =>
        GetAsync("api/v1/packages", Json.IReadOnlyListPackageView, cancellation);

    public Task<PackageView> PackageAsync(string name, CancellationToken cancellation = default) =>
        PackageAsync(name, version: null, cancellation);

    /// <param name="version">Null for the newest.</param>
    public Task<PackageView> PackageAsync(string name, string? version, CancellationToken cancellation = default) =>
        GetAsync($"api/v1/packages/{Segment(name)}{Version(version)}", Json.PackageView, cancellation);

    /// <param name="archive">A tar of the package's folder.</param>
    public async Task<PackageView> InstallPackageAsync(byte[] archive, CancellationToken cancellation = default)
    {
        var content = new ByteArrayContent(archive);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        using var answer = await AskAsync(new HttpRequestMessage(HttpMethod.Post, "api/v1/packages") { Content = content }, cancellation);
        return await ReadAsync(answer, Json.PackageView, cancellation);
    }

    /// <param name="version">Null for all that were installed.</param>
    public async Task RemovePackageAsync(string name, string? version = null, CancellationToken cancellation = default)
    {
        using var answer = await AskAsync(new HttpRequestMessage(HttpMethod.Delete, $"api/v1/packages/{Segment(name)}{Version(version)}"), cancellation);
    }

    private static string Version(string? version) => version is null ? "" : $"?version={Segment(version)}";

    public Task<IReadOnlyList<ClusterSummary>> ClustersAsync(CancellationToken cancellation = default) =>
        GetAsync("api/v1/clusters", Json.IReadOnlyListClusterSummary, cancellation);

    public Task<ClusterDetail> ClusterAsync(string name, CancellationToken cancellation = default) =>
        GetAsync($"api/v1/clusters/{Segment(name)}", Json.ClusterDetail, cancellation);

    public Task<ClusterDetail> LaunchAsync(LaunchRequest request, CancellationToken cancellation = default) =>
        SendAsync(HttpMethod.Post, "api/v1/clusters", request, Json.LaunchRequest, Json.ClusterDetail, cancellation);

    public Task<ClusterDetail> ExtendAsync(string name, TimeSpan by, CancellationToken cancellation = default) =>
        SendAsync(HttpMethod.Post, $"api/v1/clusters/{Segment(name)}/extend", new ExtendRequest((long)by.TotalSeconds), Json.ExtendRequest,
            Json.ClusterDetail, cancellation);

    public Task<UpdateView> UpdateAsync(string name, UpdateRequest request, CancellationToken cancellation = default) =>
        SendAsync(HttpMethod.Post, $"api/v1/clusters/{Segment(name)}/update", request, Json.UpdateRequest, Json.UpdateView, cancellation);

    public Task<UpdateView> RollbackAsync(string name, RollbackRequest request, CancellationToken cancellation = default) =>
        SendAsync(HttpMethod.Post, $"api/v1/clusters/{Segment(name)}/rollback", request, Json.RollbackRequest, Json.UpdateView, cancellation);

    public Task<IReadOnlyList<TargetView>> TargetsAsync(string name, CancellationToken cancellation = default) =>
        GetAsync($"api/v1/clusters/{Segment(name)}/targets", Json.IReadOnlyListTargetView, cancellation);

    /// <param name="action">A path below the cluster's, such as <c>restart</c>.</param>
    public async Task<ClusterDetail> ChangeAsync(string name, string action, CancellationToken cancellation = default)
    {
        using var answer = await AskAsync(new HttpRequestMessage(HttpMethod.Post, $"api/v1/clusters/{Segment(name)}/{action}"), cancellation);
        return await ReadAsync(answer, Json.ClusterDetail, cancellation);
    }

    /// <summary>Asks the cluster to do something; the last of the answer's operations is it.</summary>
    public Task<ClusterDetail> OperateAsync(string name, OperationRequest request, CancellationToken cancellation = default) =>
        SendAsync(HttpMethod.Post, $"api/v1/clusters/{Segment(name)}/operations", request, Json.OperationRequest, Json.ClusterDetail, cancellation);

    /// <summary>What the cluster's engine tells in rows: it is asked now.</summary>
    public Task<IReadOnlyList<TableView>> TablesAsync(string name, CancellationToken cancellation = default) =>
        GetAsync($"api/v1/clusters/{Segment(name)}/tables", Json.IReadOnlyListTableView, cancellation);

    /// <summary>What a launched Prometheus measured of the cluster: it is asked now.</summary>
    public Task<ChartsView> ChartsAsync(string name, int minutes, CancellationToken cancellation = default) =>
        GetAsync($"api/v1/clusters/{Segment(name)}/charts?minutes={minutes}", Json.ChartsView, cancellation);

    /// <summary>What an operation that is complete hands out, such as a password.</summary>
    public async Task<HandedOutView> HandOutAsync(string name, int operation, CancellationToken cancellation = default)
    {
        using var answer = await AskAsync(new HttpRequestMessage(HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"api/v1/clusters/{Segment(name)}/operations/{operation}/hand-out")), cancellation);
        return await ReadAsync(answer, Json.HandedOutView, cancellation);
    }

    /// <param name="package">Whose backups; null for all.</param>
    public Task<IReadOnlyList<BackupView>> BackupsAsync(string? package, CancellationToken cancellation = default) =>
        GetAsync($"api/v1/backups{(package is null ? "" : $"?package={Segment(package)}")}", Json.IReadOnlyListBackupView, cancellation);

    /// <summary>Asks for the cluster's end and returns at once; watch it to see it gone.</summary>
    public Task DeleteAsync(string name, CancellationToken cancellation = default) => DeleteAsync(name, evenIfNeeded: false, cancellation);

    /// <param name="evenIfNeeded">Also when other clusters connect to it.</param>
    public async Task DeleteAsync(string name, bool evenIfNeeded, CancellationToken cancellation = default)
    {
        using var answer = await AskAsync(new HttpRequestMessage(HttpMethod.Delete, $"api/v1/clusters/{Segment(name)}{(evenIfNeeded ? "?even_if_needed=true" : "")}"), cancellation);
    }

    public Task<BlueprintChangeView> UpAsync(BlueprintRequest request, CancellationToken cancellation = default) =>
        SendAsync(HttpMethod.Post, "api/v1/blueprints", request, Json.BlueprintRequest, Json.BlueprintChangeView, cancellation);

    /// <summary>Asks for the end of a blueprint's clusters and returns at once.</summary>
    /// <param name="evenIfNeeded">Also when other clusters connect to one of them.</param>
    public async Task<BlueprintDetail> DownAsync(string name, bool evenIfNeeded, CancellationToken cancellation = default)
    {
        using var answer = await AskAsync(new HttpRequestMessage(HttpMethod.Delete, $"api/v1/blueprints/{Segment(name)}{(evenIfNeeded ? "?even_if_needed=true" : "")}"), cancellation);
        return await ReadAsync(answer, Json.BlueprintDetail, cancellation);
    }

    public Task<IReadOnlyList<BlueprintSummary>> BlueprintsAsync(CancellationToken cancellation = default) =>
        GetAsync("api/v1/blueprints", Json.IReadOnlyListBlueprintSummary, cancellation);

    public Task<BlueprintDetail> BlueprintAsync(string name, CancellationToken cancellation = default) =>
        GetAsync($"api/v1/blueprints/{Segment(name)}", Json.BlueprintDetail, cancellation);

    public Task<BlueprintDocument> ExportBlueprintAsync(BlueprintExportRequest request, CancellationToken cancellation = default) =>
        SendAsync(HttpMethod.Post, "api/v1/blueprints/export", request, Json.BlueprintExportRequest, Json.BlueprintDocument, cancellation);

    /// <summary>The cluster each time that something of it changed, beginning with how it is now; ends when the cluster is gone.</summary>
    public async IAsyncEnumerable<ClusterDetail> WatchAsync(
        string name, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"api/v1/clusters/{Segment(name)}/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var answer = await AskAsync(request, cancellation, HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        await foreach (var item in ClusterEvents.ReadAsync(stream, cancellation)) yield return item;
    }

    /// <param name="offset">In bytes; negative counts from the file's end.</param>
    public Task<LogView> LogAsync(string cluster, string task, string stream, long offset, int length, CancellationToken cancellation = default) =>
        GetAsync($"api/v1/clusters/{Segment(cluster)}/tasks/{Segment(task)}/logs?stream={Segment(stream)}&offset={offset}&length={length}", Json.LogView, cancellation);

    /// <summary>Runs a command beside a task. The caller sends the request's input and reads what comes, to its end.</summary>
    public async Task<ExecSocket> ExecAsync(string cluster, string task, ExecRequest request, CancellationToken cancellation = default)
    {
        var path = $"api/v1/clusters/{Segment(cluster)}/tasks/{Segment(task)}/exec";
        return await ExecAsync(new Uri(http.BaseAddress!, path), request, mayFollow: true, cancellation);
    }

    private async Task<ExecSocket> ExecAsync(Uri address, ExecRequest request, bool mayFollow, CancellationToken cancellation)
    {
        var url = new UriBuilder(address);
        url.Scheme = url.Scheme == "https" ? "wss" : "ws";
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = ExecKeepAlive;
        socket.Options.Proxy = null;
        socket.Options.CollectHttpResponseDetails = true;
        if (Address.Token is { Length: > 0 } token) socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        try
        {
            await socket.ConnectAsync(url.Uri, cancellation);
            var exec = new ExecSocket(socket);
            await exec.SendAsync(request, Json.ExecRequest, cancellation);
            return exec;
        }
        catch (WebSocketException error)
        {
            var leader = socket.HttpStatusCode == HttpStatusCode.TemporaryRedirect
                && Uri.TryCreate(socket.HttpResponseHeaders?.GetValueOrDefault("Location")?.FirstOrDefault(), UriKind.Absolute, out var sent) && sent.Scheme == address.Scheme ? sent : null;
            socket.Dispose();
            if (mayFollow && leader is not null) return await ExecAsync(leader, request, mayFollow: false, cancellation);
            // The refusal's words come with an ordinary answer only.
            using var answer = await AskAsync(new HttpRequestMessage(HttpMethod.Get, address), cancellation);
            throw new UnreachableException($"No connection to {url.Uri}: {error.Message}", error);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Why pods of the cluster wait, and what would change it.</summary>
    /// <param name="task">A task or pod; null for all that wait.</param>
    public Task<ClusterWhy> WhyAsync(string name, string? task = null, CancellationToken cancellation = default) =>
        GetAsync($"api/v1/clusters/{Segment(name)}/why{(task is null ? "" : $"?task={Segment(task)}")}", Json.ClusterWhy, cancellation);

    /// <summary>Why a framework, of whomever it is, waits for offers.</summary>
    /// <param name="role">Null for the only one it has.</param>
    /// <param name="resources">What one offer is to hold, such as <c>cpus:2;mem:1024</c>; null for whatever offers hold at least.</param>
    public Task<PoolWhy> WhyFrameworkAsync(string frameworkId, string? role = null, string? resources = null, CancellationToken cancellation = default) =>
        GetAsync(
            $"api/v1/pool/why?framework_id={Segment(frameworkId)}{(role is null ? "" : $"&role={Segment(role)}")}{(resources is null ? "" : $"&resources={Segment(resources)}")}",
            Json.PoolWhy, cancellation);

    /// <summary>Clusters that run, that the database does not know, and that are too many to be taken down unasked.</summary>
    public Task<WithheldRemoval> WithheldRemovalAsync(CancellationToken cancellation = default) =>
        GetAsync("api/v1/removals", Json.WithheldRemoval, cancellation);

    /// <summary>Lets these be taken down; the answer is what is withheld still.</summary>
    public Task<WithheldRemoval> ConfirmRemovalAsync(IReadOnlyList<string> clusterIds, CancellationToken cancellation = default) =>
        SendAsync(HttpMethod.Post, "api/v1/removals/confirm", new ConfirmRemovalRequest(clusterIds), Json.ConfirmRemovalRequest, Json.WithheldRemoval, cancellation);

    public Task<PoolView> PoolAsync(CancellationToken cancellation = default) => GetAsync("api/v1/pool", Json.PoolView, cancellation);

    public Task<IReadOnlyList<DatasetView>> LakeAsync(CancellationToken cancellation = default) =>
        GetAsync("api/v1/lake", Json.IReadOnlyListDatasetView, cancellation);

    /// <param name="path">Relative to the lake's root.</param>
    public Task<DatasetView> DatasetAsync(string path, int rows, CancellationToken cancellation = default) =>
        GetAsync($"api/v1/lake/{string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Segment))}?rows={rows}", Json.DatasetView, cancellation);

    /// <summary>Asks the lake; a query that is wrong, or takes too much, is a refusal with the reason.</summary>
    public Task<SqlResult> SqlAsync(SqlRequest request, CancellationToken cancellation = default) =>
        SendAsync(HttpMethod.Post, "api/v1/sql", request, Json.SqlRequest, Json.SqlResult, cancellation);

    /// <param name="returnPath">The console's page that opens after the login; null means its start.</param>
    public async Task<Uri> LoginLinkAsync(string? returnPath, CancellationToken cancellation = default)
    {
        var link = await SendAsync(HttpMethod.Post, "api/v1/login-links", new LoginLinkRequest(returnPath), Json.LoginLinkRequest, Json.LoginLink, cancellation);
        return new Uri(http.BaseAddress!, link.Url);
    }

    /// <summary>Whether it serves; open to everyone.</summary>
    public async Task<HealthView> HealthAsync(CancellationToken cancellation = default)
    {
        using var answer = await SendAsync(new HttpRequestMessage(HttpMethod.Get, "health"), cancellation);
        return new HealthView(answer.IsSuccessStatusCode, (await answer.Content.ReadAsStringAsync(cancellation)).Trim(), answer.Headers.Date);
    }

    /// <summary>What lets in: tokens of programs and browsers that are signed in, the newest first.</summary>
    public Task<IReadOnlyList<TokenView>> TokensAsync(CancellationToken cancellation = default) => GetAsync("api/v1/tokens", Json.IReadOnlyListTokenView, cancellation);

    public Task<NewToken> CreateTokenAsync(TokenRequest request, CancellationToken cancellation = default) =>
        SendAsync(HttpMethod.Post, "api/v1/tokens", request, Json.TokenRequest, Json.NewToken, cancellation);

    /// <summary>Whoever came in by it is out at once.</summary>
    public async Task RevokeTokenAsync(string id, CancellationToken cancellation = default)
    {
        using var answer = await AskAsync(new HttpRequestMessage(HttpMethod.Delete, $"api/v1/tokens/{Segment(id)}"), cancellation);
    }

    /// <summary>What was done, the last first.</summary>
    /// <param name="before">Only what was done before this entry; null for the last.</param>
    public Task<IReadOnlyList<AuditEntryView>> AuditAsync(string? actor, string? action, string? target, long? before, int limit, CancellationToken cancellation = default) =>
        GetAsync($"api/v1/audit?limit={limit}{Part("actor", actor)}{Part("action", action)}{Part("target", target)}{Part("before", before?.ToString(CultureInfo.InvariantCulture))}", Json.IReadOnlyListAuditEntryView, cancellation);

    public Task<AuditCheck> CheckAuditAsync(CancellationToken cancellation = default) => GetAsync("api/v1/audit/check", Json.AuditCheck, cancellation);

    private static string Part(string name, string? value) => value is null ? "" : $"&{name}={Segment(value)}";

    public void Dispose() => http.Dispose();

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var answer = await AskAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellation);
        return await ReadAsync(answer, type, cancellation);
    }

    private async Task<TAnswer> SendAsync<TRequest, TAnswer>(
        HttpMethod method, string path, TRequest body, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellation)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, requestType));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await AskAsync(new HttpRequestMessage(method, path) { Content = content }, cancellation);
        return await ReadAsync(answer, answerType, cancellation);
    }

    private async Task<HttpResponseMessage> AskAsync(
        HttpRequestMessage request, CancellationToken cancellation, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        var answer = await SendAsync(request, cancellation, completion);
        if (answer.IsSuccessStatusCode) return answer;
        using (answer) throw new RefusedException(await ProblemOfAsync(answer, cancellation));
    }

    /// <returns>The answer, also when that is a refusal.</returns>
    private async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellation, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        try
        {
            return await http.SendAsync(request, completion, cancellation);
        }
        catch (HttpRequestException error)
        {
            throw new UnreachableException($"No control plane answers at {Address.Url}: {Cause(error)}", error);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new UnreachableException($"The control plane at {Address.Url} did not answer within {http.Timeout.TotalSeconds:0} s", error);
        }
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage answer, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        try
        {
            var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
            return JsonSerializer.Deserialize(body, type) ?? throw new JsonException("null");
        }
        catch (JsonException error)
        {
            throw new UnreachableException($"What answers at {Address.Url} is not a control plane of this version: {error.Message}", error);
        }
    }

    private static async Task<Problem> ProblemOfAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var status = (int)answer.StatusCode;
        try
        {
            var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
            if (body.Length > 0 && JsonSerializer.Deserialize(body, Json.Problem) is { Title: not null } problem) return problem with { Status = status };
        }
        catch (Exception error) when (error is JsonException or HttpRequestException or IOException)
        {
            // What is no problem document is told by its status alone.
        }
        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new Problem("The control plane does not know this token", status, null, null),
            HttpStatusCode.NotFound => new Problem("The control plane has no such thing", status, answer.RequestMessage?.RequestUri?.AbsolutePath, null),
            _ => new Problem($"The control plane answered {status} {answer.ReasonPhrase}", status, null, null),
        };
    }

    private static string Cause(HttpRequestException error) => error.InnerException is SocketException socket ? socket.Message : error.Message;

    private static string Segment(string text) => Uri.EscapeDataString(text);
}
