using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Access;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Hosting;
using DataPlatform.Services.ControlPlane.Lake;
using DataPlatform.Services.ControlPlane.Lake.Sql;
using DataPlatform.Services.ControlPlane.Pool;
using DataPlatform.Services.ControlPlane.Rest.Description;
using DataPlatform.Services.ControlPlane.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;

namespace DataPlatform.Services.ControlPlane.Rest;

/// <summary>The REST interface under <c>/api/v1</c>.</summary>
public static class ApiRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1");
        api.AddEndpointFilterFactory(ParameterCheck.Make);
        PackageRoutes.Map(api.MapGroup("/packages").WithTags("Packages"));
        ClusterRoutes.Map(api.MapGroup("/clusters").WithTags("Clusters"));
        BlueprintRoutes.Map(api.MapGroup("/blueprints").WithTags("Blueprints"));
        api.MapGet("/pool", Pool).WithTags("Pool").WithSummary("Hosts, what of them is used, and by whom").Produces<PoolView>().Refuses(503);
        api.MapGet("/pool/why", WhyFramework).WithTags("Pool").WithSummary("Why a framework waits for offers, and what would change it")
            .Produces<PoolWhy>().Refuses(400, 404, 503).Needs("framework_id");
        MeasuringRoutes.Map(api.MapGroup("/metrics").WithTags("Metrics"));
        RemovalRoutes.Map(api.MapGroup("/removals").WithTags("Clusters"));
        api.MapGet("/backups", (string? package, LakeReader reader) => Results.Json(Backups.Under(reader.Root, package), Refusals.Json)).WithTags("Lake").WithSummary("Backups, the newest first").Produces<IReadOnlyList<BackupView>>();
        LakeRoutes(api.MapGroup("/lake").WithTags("Lake"));
        api.MapPost("/sql", Sql).WithTags("Lake").WithSummary("Answers SQL over the datasets of the lake, without any cluster").Takes<SqlRequest>()
            .Produces<SqlResult>().Refuses(422, 429);
        AccessRoutes.Map(api);
        api.MapPost("/login-links", MakeLoginLink).WithTags("Access").WithSummary("Makes a one-time login link for a browser").Takes<LoginLinkRequest>(isOptional: true).Produces<LoginLink>();
    }

    /// <summary>Who signed in.</summary>
    public static string Actor(ClaimsPrincipal user) => user.FindFirstValue(ClaimTypes.Name) ?? "unknown";

    private static async Task<IResult> Pool(MasterReader master, CancellationToken cancellation) => await master.ReadAsync(cancellation) switch
    {
        PoolReading.Seen seen => Results.Json(seen.Pool, Refusals.Json),
        PoolReading.Unreachable unreachable => Refusals.Result(new Problem("The pool can't be seen", 503, unreachable.Reason, null)),
        var other => throw new InvalidOperationException(other.ToString()),
    };

    private static async Task<IResult> WhyFramework(
        [FromQuery(Name = "framework_id")] string? frameworkId, string? role, string? resources, WhyDesk desk, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(frameworkId))
            return Refusals.Result(new Problem("The request is not valid", 400, null, [new FieldProblem("framework_id", "is missing", "the id of a framework, as GET /api/v1/pool lists them")]));
        return await desk.OfFrameworkAsync(frameworkId, role, resources, cancellation) switch
        {
            (_, { } why) => Results.Json(why, Refusals.Json),
            (PendingReading.Refused refused, _) => Refusals.Result(new Problem("The master refuses the question", (int)refused.Status, refused.Reason, null)),
            (PendingReading.Unreachable unreachable, _) => Refusals.Result(new Problem("The pool can't be seen", 503, unreachable.Reason, null)),
            var other => throw new InvalidOperationException(other.ToString()),
        };
    }

    private static async Task<IResult> Sql(HttpRequest request, SqlDesk desk, CancellationToken cancellation)
    {
        var (body, problem) = await RequestBody.Read<SqlRequest>(request);
        if (body is null)
            return Refusals.Result(problem!);
        return await desk.AskAsync(body, cancellation) switch
        {
            SqlAnswer.Answered answered => Results.Json(answered.Result, Refusals.Json),
            SqlAnswer.Refused refused => Refusals.Result(refused.Problem),
            var other => throw new InvalidOperationException(other.ToString()),
        };
    }

    private static void LakeRoutes(RouteGroupBuilder lake)
    {
        lake.MapGet("/", async (LakeReader reader, CancellationToken cancellation) => Results.Json((await reader.ListAsync(cancellation)).Datasets, Refusals.Json)).WithSummary("Datasets of the lake, in its folder and on clusters that serve files").Produces<IReadOnlyList<DatasetView>>();
        lake.MapGet("/{**path}", async (string path, [Range(0, LakeReader.MostRows)] int? rows, LakeReader reader, CancellationToken cancellation) =>
            {
                try
                {
                    return await reader.Read(path, rows ?? 20, cancellation) is { } dataset
                        ? Results.Json(dataset, Refusals.Json)
                        : Refusals.Result(new Problem("No such dataset", 404, "GET /api/v1/lake lists the datasets.", null));
                }
                catch (Exception error) when (error is IOException or InvalidDataException or NotSupportedException or UnauthorizedAccessException)
                {
                    return Refusals.Result(new Problem("The dataset can't be read", 422, error.Message, null));
                }
            })
            .WithSummary("One dataset with its schema and first rows").Produces<DatasetView>().Refuses(400, 404, 422);
    }

    private static async Task<IResult> MakeLoginLink(HttpRequest request, ClaimsPrincipal user, LoginLinks links, AuditLog audit, ServerAddress address)
    {
        LoginLinkRequest? body = null;
        if (request.ContentLength != 0 && request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
        {
            (body, var problem) = await RequestBody.Read<LoginLinkRequest>(request);
            if (problem is not null) return Refusals.Result(problem);
        }

        if (body?.ReturnPath is { } path && !LoginPage.IsLocal(path))
            return Refusals.Result(new Problem("The request is not valid", 400, null, [new FieldProblem("return_path", "not a page of the console", "a path such as /clusters")]));
        if (links.Create(Actor(user)) is not { } link)
            return Refusals.Result(new Problem("Too many login links are open", 429, "Use one of them or wait until they end.", null));
        audit.Add(Actor(user), "create-login-link", "console", body?.ReturnPath ?? "");
        return Results.Json(new LoginLink(address.Url + link + (body?.ReturnPath is { } page ? "&return=" + Uri.EscapeDataString(page) : "")), Refusals.Json);
    }
}
