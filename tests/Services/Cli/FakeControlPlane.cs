using System.Text;
using System.Text.Json;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli;
using DataPlatform.Services.Cli.Terminals;
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
    private readonly HashSet<string> open = [];

    private FakeControlPlane(WebApplication application) => this.application = application;

    public List<(string Method, string Path, string Body, string? Authorization)> Requests { get; } = [];

    /// <summary>Answers by "METHOD /path"; what is not here is a 404.</summary>
    public Dictionary<string, (int Status, string Type, string Body)> Answers { get; } = [];

    /// <summary>The whole log of every task: asked for in parts.</summary>
    public string? Log { get; set; }

    public StringWriter Output { get; } = new();

    public StringWriter Error { get; } = new();

    /// <summary>The file that names this control plane.</summary>
    public string Configuration { get; } = Path.GetTempFileName();

    /// <summary>What is typed by whoever sits at the terminal; null where nobody does.</summary>
    public string? Typed { get; set; }

    /// <summary>What is shown to this person.</summary>
    public StringWriter Seen { get; } = new();

    public static async Task<FakeControlPlane> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        var fake = new FakeControlPlane(application);
        application.Run(fake.AnswerAsync);
        await application.StartAsync();
        await File.WriteAllTextAsync(fake.Configuration, $$"""{"control_plane":"{{application.Urls.First()}}","token":"secret-of-the-test"}""");
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

    /// <summary>The same, after which the stream stays open.</summary>
    public FakeControlPlane WithOpenEvents(string request, params string[] clusters)
    {
        WithEvents(request, clusters);
        open.Add(request);
        return this;
    }

    public Task<int> RunAsync(params string[] arguments) => CommandTree.RunAsync(arguments, Surroundings(), CancellationToken.None);

    public Surroundings Surroundings() => new(Output, Error, name => name == "DP_CONFIG" ? Configuration : null, Interactive: false, TimeProvider.System)
    {
        Person = Typed is null ? null : new Person(Seen, new StringReader(Typed)),
    };

    /// <summary><c>dp</c> as people start it, on a terminal.</summary>
    /// <param name="script">Of the shell.</param>
    public TerminalUnderTest StartInTerminal(string script) => TerminalUnderTest.Start(
        "/bin/bash", ["bash", "--norc", "-c", script], new Dictionary<string, string>
        {
            ["DP_CONFIG"] = Configuration, ["PATH"] = $"{AppContext.BaseDirectory}:/usr/bin:/bin", ["TERM"] = "xterm-256color", ["HOME"] = Path.GetTempPath(), ["DOTNET_ROOT"] = ExecUnderTest.DotnetRoot,
        });

    public async ValueTask DisposeAsync()
    {
        await application.DisposeAsync();
        File.Delete(Configuration);
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
        if (!open.Contains(request)) return;
        await context.Response.Body.FlushAsync();
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
