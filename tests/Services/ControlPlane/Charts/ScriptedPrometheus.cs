using System.Collections.Concurrent;
using System.Globalization;
using DataPlatform.Core.Client.ControlPlane;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DataPlatform.Services.Tests.ControlPlane.Charts;

/// <summary>Answers questions over a span of time as a test says.</summary>
public sealed class ScriptedPrometheus : IAsyncDisposable
{
    private WebApplication app = null!;

    private ScriptedPrometheus()
    {
    }

    public ConcurrentQueue<IQueryCollection> Asked { get; } = new();

    /// <summary>The whole answer; without it one series rises from 1 at the first moment that is asked for.</summary>
    public Func<HttpContext, Task>? Answer { get; set; }

    public EndpointView Endpoint => new("asking", "Asking", app.Urls.Single() + "/ui/watch/asking/", null) { Answers = EndpointView.PromQl };

    public static async Task<ScriptedPrometheus> StartAsync()
    {
        var scripted = new ScriptedPrometheus();
        scripted.app = await LocalServer.StartAsync(app => app.MapGet("/ui/watch/asking/api/v1/query_range", scripted.AnswerAsync));
        return scripted;
    }

    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    /// <param name="series">Labels, as JSON, and its values.</param>
    public static string Matrix(IQueryCollection asked, params (string Labels, string[] Values)[] series)
    {
        long Number(string name) => long.Parse(asked[name]!, CultureInfo.InvariantCulture);
        var lists = series.Select(one => $$"""{"metric":{{one.Labels}},"values":[{{string.Join(',', one.Values.Select((value, at) => $"[{Number("start") + at * Number("step")},\"{value}\"]"))}}]}""");
        return $$$"""{"status":"success","data":{"resultType":"matrix","result":[{{{string.Join(',', lists)}}}]}}""";
    }

    private Task AnswerAsync(HttpContext context)
    {
        Asked.Enqueue(context.Request.Query);
        if (Answer is not null) return Answer(context);
        long Number(string name) => long.Parse(context.Request.Query[name]!, CultureInfo.InvariantCulture);
        return context.Response.WriteAsync(Matrix(context.Request.Query, ("{}", [.. Enumerable.Range(1, (int)((Number("end") - Number("start")) / Number("step")) + 1).Select(value => $"{value}")])));
    }
}
