using System.Security.Claims;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Packages;
using DataPlatform.Services.ControlPlane.Rest.Description;
using DataPlatform.Services.Hosting.Serving;
using Microsoft.AspNetCore.Http.Features;

namespace DataPlatform.Services.ControlPlane.Rest;

/// <summary>Packages: list, show, install and remove.</summary>
public static class PackageRoutes
{
    private const string Tar = "application/x-tar";

    public static void Map(RouteGroupBuilder packages)
    {
        packages.MapGet("/", (Catalogue catalogue) => Results.Json(catalogue.Packages, Refusals.Json)).WithSummary("What can be launched").Produces<IReadOnlyList<PackageView>>();
        packages.MapGet("/{name}", Show).WithSummary("One package with the schema of its options; of the newest version, or of ?version=").Produces<PackageView>().Refuses(404);
        packages.MapPost("/", Install).WithSummary("Installs a package, or further versions of one: a tar of its folder").Accepts<byte[]>(Tar)
            .Produces<PackageView>(201).Refuses(400, 408, 409, 413, 415);
        packages.MapDelete("/{name}", Remove).WithSummary("Removes a package that was installed and that no cluster uses, or one version of it: ?version=")
            .Produces(204).Refuses(404, 409);
    }

    private static IResult Show(string name, string? version, Catalogue catalogue)
    {
        if (version is null || catalogue.Find(name) is not { } engine) return Newest(name, catalogue);
        return engine.PackageOf(version) is { } package
            ? Results.Json(package, Refusals.Json)
            : Refusals.Result(new Problem("No such version", 404, $"There are of {name}: {GivenOptions.Versions(engine.Package)}", null));
    }

    private static IResult Newest(string name, Catalogue catalogue) => catalogue.Packages.FirstOrDefault(package => package.Name == name) is { } found
        ? Results.Json(found, Refusals.Json)
        : Refusals.Result(new Problem("No such package", 404, "There are: " + string.Join(", ", catalogue.Packages.Select(package => package.Name)), null));

    private static async Task<IResult> Install(HttpContext context, ClaimsPrincipal user, PackageDesk desk)
    {
        if (context.Request.ContentType != Tar) return Refusals.Result(new Problem("A tar is expected", 415, $"Content-Type must be {Tar}.", null));
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bound) bound.MaxRequestBodySize = PackageArchive.MostBytes;
        return await WholeBody.ReadAsync(context, PackageArchive.MostBytes) switch
        {
            WholeBody.Read(var archive) => Answer(desk.Install(archive, ApiRoutes.Actor(user))),
            WholeBody.Refused(var status, var reason) => Refusals.Result(new Problem("The body could not be read", status, reason + ".", null)),
            var other => throw new InvalidOperationException(other.ToString()),
        };
    }

    private static IResult Remove(string name, string? version, ClaimsPrincipal user, PackageDesk desk) => Answer(desk.Remove(name, version, ApiRoutes.Actor(user)));

    private static IResult Answer(PackageOutcome outcome) => outcome switch
    {
        PackageOutcome.Installed(var package) => Results.Json(package, Refusals.Json, statusCode: 201),
        PackageOutcome.Removed => Results.NoContent(),
        PackageOutcome.Refused(var problem) => Refusals.Result(problem),
        _ => throw new InvalidOperationException(outcome.ToString()),
    };
}
