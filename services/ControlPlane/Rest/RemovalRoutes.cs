using System.Security.Claims;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Recurring;
using DataPlatform.Services.ControlPlane.Rest.Description;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Rest;

/// <summary>Clusters that run and that the database does not know: what is withheld from removal, and a person's word on it.</summary>
public static class RemovalRoutes
{
    public static void Map(RouteGroupBuilder removals)
    {
        removals.MapGet("/", (Removals withheld) => Results.Json(withheld.Withheld, Refusals.Json))
            .WithSummary("Clusters that run, that the database does not know, and that are too many to be taken down unasked").Produces<WithheldRemoval>();
        removals.MapPost("/confirm", Confirm).WithSummary("Lets withheld clusters be taken down").Takes<ConfirmRemovalRequest>()
            .Produces<WithheldRemoval>().Refuses(409);
    }

    private static async Task<IResult> Confirm(HttpRequest request, ClaimsPrincipal user, Removals removals, OrphanSweep sweep, AuditLog audit, CancellationToken cancellation)
    {
        var (body, problem) = await RequestBody.Read<ConfirmRemovalRequest>(request);
        if (problem is not null) return Refusals.Result(problem);
        if (body!.ClusterIds is not { Count: > 0 } ids)
            return Refusals.Result(new Problem("The request is not valid", 400, null, [new FieldProblem("cluster_ids", "is missing", "ids that GET /api/v1/removals lists")]));
        if (ids.Except(removals.Withheld.ClusterIds).ToList() is { Count: > 0 } others)
            return Refusals.Result(new Problem("Not withheld", 409, $"The removal of {others.Count} of these clusters is not withheld, or not any more: GET /api/v1/removals lists those that are.", null));
        audit.Add(ApiRoutes.Actor(user), "confirm-removal", "clusters", string.Join(", ", ids));
        removals.Confirm(ids);
        await sweep.RunAsync(cancellation);
        return Results.Json(removals.Withheld, Refusals.Json);
    }
}
