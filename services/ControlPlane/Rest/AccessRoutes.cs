using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Access;
using DataPlatform.Services.ControlPlane.Rest.Description;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Rest;

/// <summary>What lets in, and what was done by whom.</summary>
public static class AccessRoutes
{
    public const int MostEntries = 1000;

    public static void Map(RouteGroupBuilder api)
    {
        var tokens = api.MapGroup("/tokens").WithTags("Access");
        tokens.MapGet("/", (ClaimsPrincipal user, TokenDesk desk) => Results.Json(desk.List(user.FindFirstValue(AccessHandler.TokenClaim)), Refusals.Json))
            .WithSummary("Tokens of programs and browsers that are signed in, the newest first").Produces<IReadOnlyList<TokenView>>();
        tokens.MapPost("/", Create).WithSummary("Makes a token for a program; what it is is shown once").Takes<TokenRequest>()
            .Produces<NewToken>(201).Refuses(409);
        tokens.MapDelete("/{id}", (string id, ClaimsPrincipal user, TokenDesk desk) => desk.Revoke(id, ApiRoutes.Actor(user))
                ? Results.NoContent()
                : Refusals.Result(new Problem("No such token", 404, "GET /api/v1/tokens lists those that have not ended.", null)))
            .WithSummary("Ends a token or a session, and what is open by it").Produces(204).Refuses(404);

        var audit = api.MapGroup("/audit").WithTags("Access");
        audit.MapGet("/", Read).WithSummary("What was done, by whom, the last first").Produces<IReadOnlyList<AuditEntryView>>().Refuses(400);
        audit.MapGet("/check", (AuditLog log) => Results.Json(Check(log), Refusals.Json))
            .WithSummary("Whether all that is written down is as it was written").Produces<AuditCheck>();
    }

    private static async Task<IResult> Create(HttpRequest request, ClaimsPrincipal user, TokenDesk desk)
    {
        var (body, problem) = await RequestBody.Read<TokenRequest>(request);
        if (body is null) return Refusals.Result(problem!);
        return desk.Create(body, ApiRoutes.Actor(user)) switch
        {
            ({ } made, _) => Results.Json(made, Refusals.Json, statusCode: StatusCodes.Status201Created),
            (_, { } refused) => Refusals.Result(refused),
            _ => throw new InvalidOperationException("neither a token nor a reason"),
        };
    }

    private static IResult Read(AuditLog log, string? actor, string? action, string? target, long? before, [Range(1, MostEntries)] int? limit) =>
        Results.Json<IReadOnlyList<AuditEntryView>>([.. log.Read(actor, action, target, before, limit ?? 100).Select(View)], Refusals.Json);

    public static AuditCheck Check(AuditLog log) => new(log.Count(), log.FirstBroken());

    public static AuditEntryView View((long Sequence, DateTimeOffset At, AuditEntry Entry) read) =>
        new(read.Sequence, read.At, read.Entry.Actor, read.Entry.Action, read.Entry.Target, read.Entry.Detail);
}
