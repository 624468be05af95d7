using System.Text;
using System.Text.Json;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Tests.Cli;

/// <summary>A real HTTP server that answers as scripted, and a <c>dp</c> that is set up for it.</summary>
internal sealed class FakeControlPlane : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly string configuration = Path.GetTempFileName();

    private FakeControlPlane(WebApplication application) => this.application = application;

    public List<(string Method, string Path, string Body, string? Authorization)> Requests { get; } = [];

    /// <summary>Answers by "METHOD /path"; what is not here is a 404.</summary>
    public Dictionary<string, (int Status, string Type, string Body)> Answers { get; } = [];

    /// <summary>The whole log of every task: asked for in parts.</summary>
    public string? Log { get; set; }

    public StringWriter Output { get; } = new();

    public StringWriter Error { get; } = new();

    public static async Task<FakeControlPlane> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        var fake = new FakeControlPlane(application);
        application.Run(fake.AnswerAsync);
        await application.StartAsync();
        await File.WriteAllTextAsync(fake.configuration, $$"""{"control_plane":"{{application.Urls.First()}}","token":"secret-of-the-test"}""");
        return fake;
    }

    public FakeControlPlane With(string request, string json, int status = 200)
    {
        Answers[request] = (status, status < 400 ? "application/json" : "application/problem+json", json);
        return this;
    }

    public FakeControlPlane WithEvents(string request, params string[] clusters)
    {
        Answers[request] = (200, "text/event-stream", string.Concat(clusters.Select(cluster => $"event: cluster\ndata: {cluster.ReplaceLineEndings("")}\n\n")));
        return this;
    }

    public Task<int> RunAsync(params string[] arguments) => CommandTree.RunAsync(arguments, Surroundings(), CancellationToken.None);

    public Surroundings Surroundings() => new(Output, Error, name => name == "DP_CONFIG" ? configuration : null, Interactive: false, TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await application.DisposeAsync();
        File.Delete(configuration);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var request = $"{context.Request.Method} {context.Request.Path}";
        var sent = await reader.ReadToEndAsync();
        lock (Requests) Requests.Add((context.Request.Method, context.Request.Path + context.Request.QueryString, sent, context.Request.Headers.Authorization));
        if (Log is { } log && request.EndsWith("/logs", StringComparison.Ordinal))
        {
            var (offset, length) = (int.Parse(context.Request.Query["offset"]!), int.Parse(context.Request.Query["length"]!));
            var from = Math.Clamp(offset < 0 ? log.Length + offset : offset, 0, log.Length);
            var part = log.Substring(from, Math.Min(length, log.Length - from));
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(JsonSerializer.Serialize(new LogView("t", "stdout", from, from + part.Length, log.Length, part), ControlPlaneJson.Default.LogView));
            return;
        }
        var (status, type, body) = Answers.TryGetValue(request, out var answer) ? answer : (404, "application/problem+json", """{"title":"No such thing","status":404}""");
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(body);
    }
}
