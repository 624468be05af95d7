using System.Security.Claims;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Blueprints;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Rest.Description;
using Microsoft.AspNetCore.Mvc;

namespace DataPlatform.Services.ControlPlane.Rest;

/// <summary>Blueprints: bring up and change, list, show, take down, export.</summary>
public static class BlueprintRoutes
{
    public static void Map(RouteGroupBuilder blueprints)
    {
        blueprints.MapGet("/", (BlueprintViews views) => Results.Json(views.List(), Refusals.Json)).WithSummary("All blueprints whose clusters live").Produces<IReadOnlyList<BlueprintSummary>>();
        blueprints.MapPost("/", Up).WithSummary("Brings up what a blueprint says, and changes what runs of it; a dry run says what that would be").Takes<BlueprintRequest>()
            .Produces<BlueprintChangeView>().Refuses(409);
        blueprints.MapPost("/export", Export).WithSummary("What runs, as a blueprint").Takes<BlueprintExportRequest>()
            .Produces<BlueprintDocument>();
        blueprints.MapGet("/{name}", (string name, BlueprintViews views) => views.Find(name) is { } detail ? Results.Json(detail, Refusals.Json) : Refusals.Result(BlueprintViews.Unknown(name)))
            .WithSummary("One blueprint with its clusters").Produces<BlueprintDetail>().Refuses(404);
        blueprints.MapDelete("/{name}", Down).WithSummary("Asks for the deletion of its clusters; refused while others connect to one of them, unless even_if_needed=true")
            .Produces<BlueprintDetail>(202).Refuses(400, 404, 409);
    }

    private static async Task<IResult> Up(HttpRequest request, ClaimsPrincipal user, BlueprintDesk desk, CancellationToken cancellation)
    {
        var (body, problem) = await RequestBody.Read<BlueprintRequest>(request);
        if (problem is not null) return Refusals.Result(problem);
        return body!.Content is null
            ? Refusals.Result(Outcome.Invalid([new FieldProblem("content", "is missing", "the text of a blueprint")]).Problem)
            : Answer(await desk.UpAsync(body, ApiRoutes.Actor(user), cancellation));
    }

    private static async Task<IResult> Export(HttpRequest request, BlueprintDesk desk)
    {
        var (body, problem) = await RequestBody.Read<BlueprintExportRequest>(request);
        if (problem is not null) return Refusals.Result(problem);
        return body!.Of is null || body.Of.Any(name => name is null)
            ? Refusals.Result(Outcome.Invalid([new FieldProblem("of", "is missing", "a blueprint, or clusters")]).Problem)
            : Answer(desk.Export(body));
    }

    private static IResult Down(string name, [FromQuery(Name = "even_if_needed")] bool? evenIfNeeded, ClaimsPrincipal user, BlueprintDesk desk) =>
        Answer(desk.Down(name, evenIfNeeded == true, ApiRoutes.Actor(user)));

    private static IResult Answer(BlueprintOutcome outcome) => outcome switch
    {
        BlueprintOutcome.Up(var change) => Results.Json(change, Refusals.Json),
        BlueprintOutcome.Down(var blueprint) => Results.Json(blueprint, Refusals.Json, statusCode: 202),
        BlueprintOutcome.Exported(var document) => Results.Json(document, Refusals.Json),
        BlueprintOutcome.Refused(var problem) => Refusals.Result(problem),
        _ => throw new InvalidOperationException(outcome.ToString()),
    };
}
