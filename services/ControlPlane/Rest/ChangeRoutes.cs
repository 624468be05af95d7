using System.Security.Claims;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Rest.Description;
using Microsoft.AspNetCore.Mvc;

namespace DataPlatform.Services.ControlPlane.Rest;

/// <summary>Changes of a cluster that is there: targets and plans.</summary>
public static class ChangeRoutes
{
    public static void Map(RouteGroupBuilder clusters)
    {
        Described(clusters.MapPost("/{name}/update", Update).WithSummary("Asks for other options, or another size; says what restarts and why").Takes<UpdateRequest>().Produces<UpdateView>());
        Described(clusters.MapPost("/{name}/rollback", Rollback).WithSummary("Asks for the options of an earlier target").Takes<RollbackRequest>().Produces<UpdateView>());
        clusters.MapGet("/{name}/targets", (string name, ChangeDesk desk) => desk.Targets(name) is { } targets ? Results.Json(targets, Refusals.Json) : Refusals.Result(Outcome.Unknown(name).Problem))
            .WithSummary("All targets of a cluster").Produces<IReadOnlyList<TargetView>>().Refuses(404);
        Described(clusters.MapPost("/{name}/operations", Operate).WithSummary("Asks the cluster to do something once, such as a backup").Takes<OperationRequest>().Produces<ClusterDetail>(202));
        clusters.MapPost("/{name}/operations/{number:int}/hand-out", HandOut).WithSummary("What an operation that is complete hands out, such as a password; that somebody asked is noted")
            .Produces<HandedOutView>().Refuses(404);
        Map(clusters, "restart", "Starts all pods again, one after another", (desk, name, actor) => desk.Restart(name, actor));
        Map(clusters, "rotate", "Replaces all secrets: ends all pods and starts them with others", (desk, name, actor) => desk.Rotate(name, actor));
        Map(clusters, "retry", "Tries again what has failed", (desk, name, actor) => desk.Retry(name, actor));
        Described(clusters.MapPost("/{name}/park", (string name, [FromQuery(Name = "even_if_needed")] bool? evenIfNeeded, ClaimsPrincipal user, ChangeDesk desk, ClusterViews views) =>
            Answer(desk.Park(name, ApiRoutes.Actor(user), evenIfNeeded == true), views))
            .WithSummary("Ends all pods and gives their places back; the volumes of its pods stay. Refused while others connect to it").Produces<ClusterDetail>(202).Refuses(400));
        Map(clusters, "resume", "Brings a parked cluster up again", (desk, name, actor) => desk.Resume(name, actor));
        Map(clusters, "pause", "Begins no further step of a plan", (desk, name, actor) => desk.Pause(name, actor));
        Map(clusters, "continue", "Goes on with a paused plan", (desk, name, actor) => desk.Continue(name, actor));
        MapOfPod(clusters, "force", "Begins a pod's steps of the plan, whatever stands before them", (desk, name, pod, actor) => desk.Force(name, pod, actor));
        MapOfPod(clusters, "replace", "Begins a pod anew, elsewhere where its host is away; the data of its volumes is lost", (desk, name, pod, actor) => desk.Replace(name, pod, actor));
        MapOfPod(clusters, "skip", "Leaves a pod's steps of the plan out", (desk, name, pod, actor) => desk.Skip(name, pod, actor));
    }

    private static void Map(RouteGroupBuilder clusters, string action, string summary, Func<ChangeDesk, string, string, ChangeOutcome> change) =>
        Described(clusters.MapPost($"/{{name}}/{action}", (string name, ClaimsPrincipal user, ChangeDesk desk, ClusterViews views) => Answer(change(desk, name, ApiRoutes.Actor(user)), views))
            .WithSummary(summary).Produces<ClusterDetail>(202));

    private static void MapOfPod(RouteGroupBuilder clusters, string action, string summary, Func<ChangeDesk, string, string, string, ChangeOutcome> change) =>
        Described(clusters.MapPost($"/{{name}}/pods/{{pod}}/{action}", (string name, string pod, ClaimsPrincipal user, ChangeDesk desk, ClusterViews views) => Answer(change(desk, name, pod, ApiRoutes.Actor(user)), views))
            .WithSummary(summary).Produces<ClusterDetail>(202));

    private static void Described(RouteHandlerBuilder route) => route.Refuses(404, 409);

    private static async Task<IResult> Update(string name, HttpRequest request, ClaimsPrincipal user, ChangeDesk desk, ClusterViews views, CancellationToken cancellation)
    {
        var (body, problem) = await RequestBody.Read<UpdateRequest>(request);
        return problem is not null ? Refusals.Result(problem) : Answer(await desk.UpdateAsync(name, body!, ApiRoutes.Actor(user), cancellation), views);
    }

    private static async Task<IResult> Rollback(string name, HttpRequest request, ClaimsPrincipal user, ChangeDesk desk, ClusterViews views)
    {
        var (body, problem) = await RequestBody.Read<RollbackRequest>(request);
        return problem is not null ? Refusals.Result(problem) : Answer(desk.Rollback(name, body!.Target, body.DryRun == true, ApiRoutes.Actor(user)), views);
    }

    private static async Task<IResult> Operate(string name, HttpRequest request, ClaimsPrincipal user, ChangeDesk desk, ClusterViews views)
    {
        var (body, problem) = await RequestBody.Read<OperationRequest>(request);
        return problem is not null ? Refusals.Result(problem) : Answer(desk.Operate(name, body!, ApiRoutes.Actor(user)), views);
    }

    private static IResult HandOut(string name, int number, ClaimsPrincipal user, HandOutDesk desk) => desk.HandOut(name, number, ApiRoutes.Actor(user)) switch
    {
        HandOutOutcome.HandedOut handed => Results.Json(handed.View, Refusals.Json),
        HandOutOutcome.Refused refused => Refusals.Result(refused.Problem),
        var other => throw new InvalidOperationException(other.ToString()),
    };

    private static IResult Answer(ChangeOutcome outcome, ClusterViews views) => outcome switch
    {
        ChangeOutcome.Taken taken => Results.Json(views.FindById(taken.ClusterId), Refusals.Json, statusCode: 202),
        ChangeOutcome.Shown shown => Results.Json(shown.Update, Refusals.Json),
        ChangeOutcome.Refused refused => Refusals.Result(refused.Problem),
        _ => throw new InvalidOperationException(outcome.ToString()),
    };
}
