using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Text.Json;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Exec;
using DataPlatform.Services.ControlPlane.Pool;
using DataPlatform.Services.ControlPlane.Tables;
using Microsoft.AspNetCore.Mvc;

namespace DataPlatform.Services.ControlPlane.Rest;

/// <summary>Clusters: launch, list, show, watch, extend, delete, logs and reasons.</summary>
public static class ClusterRoutes
{
    private const string ProblemJson = "application/problem+json";

    public static void Map(RouteGroupBuilder clusters)
    {
        clusters.MapGet("/", (ClusterViews views) => Results.Json(views.List(), Refusals.Json)).WithSummary("All living clusters").Produces<IReadOnlyList<ClusterSummary>>();
        clusters.MapPost("/", Launch).WithSummary("Asks for a cluster").Accepts<LaunchRequest>("application/json")
            .Produces<ClusterDetail>(201).Produces<Problem>(400, ProblemJson).Produces<Problem>(409, ProblemJson);
        clusters.MapGet("/{name}", Show).WithSummary("Everything about one cluster").Produces<ClusterDetail>().Produces<Problem>(404, ProblemJson);
        clusters.MapDelete("/{name}", Delete).WithSummary("Asks for a cluster's deletion; refused while others connect to it, unless even_if_needed=true")
            .Produces<ClusterDetail>(202).Produces<Problem>(404, ProblemJson).Produces<Problem>(409, ProblemJson);
        clusters.MapPost("/{name}/extend", Extend).WithSummary("Moves the end of a cluster's life").Accepts<ExtendRequest>("application/json")
            .Produces<ClusterDetail>().Produces<Problem>(400, ProblemJson).Produces<Problem>(404, ProblemJson);
        clusters.MapGet("/{name}/events", Events).WithSummary("The cluster now and after every change, as server-sent events");
        clusters.MapGet("/{name}/why", Why).WithSummary("Why pods of the cluster wait: each host's reason, and what would change it")
            .Produces<ClusterWhy>().Produces<Problem>(404, ProblemJson);
        clusters.MapGet("/{name}/tables", async (string name, TableDesk desk, CancellationToken cancellation) => await desk.AllAsync(name, cancellation) is { } tables ? Results.Json(tables, Refusals.Json) : Unknown(name))
            .WithSummary("What the cluster's engine tells in rows: it is asked now").Produces<IReadOnlyList<TableView>>().Produces<Problem>(404, ProblemJson);
        clusters.MapGet("/{name}/tables/{table}", Table).WithSummary("One of them").Produces<TableView>().Produces<Problem>(404, ProblemJson);
        ChartRoutes.Map(clusters);
        ChangeRoutes.Map(clusters);
        ExecRoute.Map(clusters);
        clusters.MapGet("/{name}/tasks/{task}/logs", Logs).WithSummary("A part of a task's output; a negative offset counts from the end")
            .Produces<LogView>().Produces<Problem>(404, ProblemJson).Produces<Problem>(503, ProblemJson);
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
        string name, string task, string? stream, long? offset, int? length, RunningTasks tasks, TaskLogs logs, CancellationToken cancellation)
    {
        var errors = new List<FieldProblem>();
        if (stream is not (null or "stdout" or "stderr")) errors.Add(new FieldProblem("stream", "there is no such stream", "stdout, stderr"));
        if (length is < 0 or > TaskLogs.MostBytes) errors.Add(new FieldProblem("length", "out of range", $"0 to {TaskLogs.MostBytes}"));
        if (errors.Count > 0) return Refusals.Result(new Problem("The request is not valid", 400, null, errors));
        var named = tasks.Find(name, task);
        if (named is RunningTask.Unknown unknown) return Refusals.Result(unknown.Problem);
        var found = (RunningTask.Found)named;
        return await logs.Read(found.Task, found.FrameworkId, stream ?? "stdout", offset ?? -TaskLogs.MostBytes / 4, length ?? TaskLogs.MostBytes, cancellation) switch
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
