using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Text.Json;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Exec;
using DataPlatform.Services.ControlPlane.Pool;
using DataPlatform.Services.ControlPlane.Rest.Description;
using DataPlatform.Services.ControlPlane.Tables;
using Microsoft.AspNetCore.Mvc;

namespace DataPlatform.Services.ControlPlane.Rest;

/// <summary>Clusters: launch, list, show, watch, extend, delete, logs and reasons.</summary>
public static class ClusterRoutes
{
    /// <summary>Of a task's output, the usual one first.</summary>
    private static readonly string[] Streams = ["stdout", "stderr"];

    public static void Map(RouteGroupBuilder clusters)
    {
        clusters.MapGet("/", (ClusterViews views) => Results.Json(views.List(), Refusals.Json)).WithSummary("All living clusters").Produces<IReadOnlyList<ClusterSummary>>();
        clusters.MapPost("/", Launch).WithSummary("Asks for a cluster").Takes<LaunchRequest>()
            .Produces<ClusterDetail>(201).Refuses(409);
        clusters.MapGet("/{name}", Show).WithSummary("Everything about one cluster").Produces<ClusterDetail>().Refuses(404);
        clusters.MapDelete("/{name}", Delete).WithSummary("Asks for a cluster's deletion; refused while others connect to it, unless even_if_needed=true")
            .Produces<ClusterDetail>(202).Refuses(400, 404, 409);
        clusters.MapPost("/{name}/extend", Extend).WithSummary("Moves the end of a cluster's life").Takes<ExtendRequest>()
            .Produces<ClusterDetail>().Refuses(404, 409);
        clusters.MapGet("/{name}/events", Events).WithSummary("The cluster now and after every change, as server-sent events").Produces<string>(200, "text/event-stream").Refuses(404);
        clusters.MapGet("/{name}/why", Why).WithSummary("Why pods of the cluster wait: each host's reason, and what would change it")
            .Produces<ClusterWhy>().Refuses(404);
        clusters.MapGet("/{name}/tables", async (string name, TableDesk desk, CancellationToken cancellation) => await desk.AllAsync(name, cancellation) is { } tables ? Results.Json(tables, Refusals.Json) : Unknown(name))
            .WithSummary("What the cluster's engine tells in rows: it is asked now").Produces<IReadOnlyList<TableView>>().Refuses(404);
        clusters.MapGet("/{name}/tables/{table}", Table).WithSummary("One of them").Produces<TableView>().Refuses(404);
        ChartRoutes.Map(clusters);
        ChangeRoutes.Map(clusters);
        ExecRoute.Map(clusters);
        clusters.MapGet("/{name}/tasks/{task}/logs", Logs).WithSummary("A part of a task's output; a negative offset counts from the end")
            .Produces<LogView>().Refuses(400, 404, 503).Chooses("stream", Streams);
    }

    private static async Task<IResult> Launch(HttpRequest request, ClaimsPrincipal user, LaunchDesk desk, ClusterViews views, CancellationToken cancellation)
    {
        var (body, problem) = await RequestBody.Read<LaunchRequest>(request);
        return problem is not null ? Refusals.Result(problem) : Answer(await desk.LaunchAsync(body!, ApiRoutes.Actor(user), cancellation), views, 201);
    }

    private static async Task<IResult> Extend(string name, HttpRequest request, ClaimsPrincipal user, LaunchDesk desk, ClusterViews views)
    {
        var (body, problem) = await RequestBody.Read<ExtendRequest>(request);
        return problem is not null ? Refusals.Result(problem) : Answer(desk.Extend(name, body!.Seconds, ApiRoutes.Actor(user)), views, 200);
    }

    private static IResult Delete(string name, [FromQuery(Name = "even_if_needed")] bool? evenIfNeeded, ClaimsPrincipal user, LaunchDesk desk, ClusterViews views)
    {
        var actor = ApiRoutes.Actor(user);
        return Answer(desk.Delete(name, actor, "deleted by " + actor, evenIfNeeded == true), views, 202);
    }

    private static IResult Show(string name, ClusterViews views) => views.Find(name) is { } detail ? Results.Json(detail, Refusals.Json) : Unknown(name);

    private static async Task<IResult> Table(string name, string table, TableDesk desk, ClusterViews views, CancellationToken cancellation)
    {
        if (views.Find(name) is not { } detail) return Unknown(name);
        return detail.Tables.FirstOrDefault(each => each.Name == table) is { } known ? Results.Json(await desk.OneAsync(detail, known, cancellation), Refusals.Json)
            : Refusals.Result(new Problem("No such table", 404, $"The cluster has: {(detail.Tables.Count == 0 ? "none" : string.Join(", ", detail.Tables.Select(each => each.Name)))}", null));
    }

    private static async Task<IResult> Why(string name, string? task, WhyDesk desk, ClusterViews views, CancellationToken cancellation)
    {
        if (await desk.OfClusterAsync(name, task, cancellation) is not { } why) return Unknown(name);
        if (task is null || why.Pods.Count > 0) return Results.Json(why, Refusals.Json);
        // One that runs does not wait; one that there is not can't.
        var names = views.Find(name)?.Tasks.Select(one => one.Name).Distinct().ToList() ?? [];
        return names.Contains(task) ? Results.Json(why, Refusals.Json)
            : Refusals.Result(new Problem("No such task", 404, $"The cluster has: {string.Join(", ", names)}", null));
    }

    private static IResult Events(string name, ClusterViews views, CancellationToken cancellation)
    {
        if (views.Find(name) is not { } detail) return Unknown(name);
        return TypedResults.ServerSentEvents(Texts(views, detail.Summary.Id, cancellation), "cluster");
    }

    private static async IAsyncEnumerable<string> Texts(ClusterViews views, string id, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var detail in views.Watch(id, cancellation)) yield return JsonSerializer.Serialize(detail, Refusals.Json);
    }

    private static async Task<IResult> Logs(
        string name, string task, string? stream, long? offset, [Range(0, TaskLogs.MostBytes)] int? length, RunningTasks tasks, TaskLogs logs, CancellationToken cancellation)
    {
        if (stream is not null && !Streams.Contains(stream))
            return Refusals.Result(new Problem("The request is not valid", 400, null, [new FieldProblem("stream", "there is no such stream", string.Join(", ", Streams))]));
        var named = tasks.Find(name, task);
        if (named is RunningTask.Unknown unknown) return Refusals.Result(unknown.Problem);
        var found = (RunningTask.Found)named;
        return await logs.Read(found.Task, found.FrameworkId, stream ?? Streams[0], offset ?? -TaskLogs.MostBytes / 4, length ?? TaskLogs.MostBytes, cancellation) switch
        {
            LogReading.Part part => Results.Json(part.Log, Refusals.Json),
            LogReading.Unreadable unreadable => Refusals.Result(new Problem("The log can't be read", 503, unreadable.Reason, null)),
            var other => throw new InvalidOperationException(other.ToString()),
        };
    }

    private static IResult Answer(Outcome outcome, ClusterViews views, int status) => outcome switch
    {
        Outcome.Accepted accepted => Results.Json(views.FindById(accepted.Cluster.Id), Refusals.Json, statusCode: status),
        Outcome.Refused refused => Refusals.Result(refused.Problem),
        _ => throw new InvalidOperationException(outcome.ToString()),
    };

    private static IResult Unknown(string name) => Refusals.Result(Outcome.Unknown(name).Problem);
}
