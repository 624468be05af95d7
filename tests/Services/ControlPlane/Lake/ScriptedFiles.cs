using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Tests.ControlPlane.Lake;

/// <summary>Serves files in the form of WebHDFS, as a test says.</summary>
public sealed class ScriptedFiles : IAsyncDisposable
{
    private readonly WebApplication app;

    private ScriptedFiles(WebApplication app) => this.app = app;

    /// <summary>By their paths below the folder.</summary>
    public ConcurrentDictionary<string, (string Text, long ModifiedAt)> Files { get; } = new();

    /// <summary>Paths of files that were read.</summary>
    public ConcurrentQueue<string> Opened { get; } = new();

    /// <summary>Where readers are sent; null for this server.</summary>
    public string? Elsewhere { get; set; }

    public bool StandsBy { get; set; }

    public string Url => app.Urls.Single();

    public EndpointView Endpoint => new("files", "Files", Url + "/webhdfs/v1/user/ann?user.name=ann", null) { Answers = EndpointView.Files };

    public TaskView Task => new(
        "server", "t1", "TASK_RUNNING", null, "127.0.0.1", null, null, new AmountsView(0, 0, 0), new Dictionary<string, int> { ["http"] = new Uri(Url).Port }, null, null, true);

    public static async Task<ScriptedFiles> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var scripted = new ScriptedFiles(app);
        app.MapGet("/webhdfs/v1/user/ann/{**path}", scripted.AnswerAsync);
        await app.StartAsync();
        return scripted;
    }

    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.RouteValues["path"] as string ?? "";
        if (context.Request.Query["user.name"] != "ann" || StandsBy)
        {
            context.Response.StatusCode = 403;
            return context.Response.WriteAsync("""{"RemoteException":{"exception":"StandbyException","message":"Operation category READ is not supported in state standby"}}""");
        }

        if (context.Request.Query["op"] == "LISTSTATUS") return context.Response.WriteAsync(Listed(path.Length == 0 ? "" : path + "/").ToJsonString());
        if (context.Request.Query["noredirect"] == "true")
            return context.Response.WriteAsync(new JsonObject { ["Location"] = $"{Elsewhere ?? Url}{context.Request.Path}?op=OPEN&user.name=ann" }.ToJsonString());
        Opened.Enqueue(path);
        return context.Response.WriteAsync(Files[path].Text);
    }

    private JsonObject Listed(string below)
    {
        var entries = Files.Where(file => file.Key.StartsWith(below, StringComparison.Ordinal)).Select(file => (Parts: file.Key[below.Length..].Split('/'), file.Value)).GroupBy(file => file.Parts[0]);
        return new JsonObject
        {
            ["FileStatuses"] = new JsonObject
            {
                ["FileStatus"] = new JsonArray([.. entries.Select(entry => (JsonNode)new JsonObject
                {
                    ["pathSuffix"] = entry.Key, ["type"] = entry.First().Parts.Length > 1 ? "DIRECTORY" : "FILE", ["owner"] = "ann",
                    ["length"] = entry.First().Parts.Length > 1 ? 0 : entry.First().Value.Text.Length, ["modificationTime"] = entry.First().Value.ModifiedAt,
                })]),
            },
        };
    }
}
