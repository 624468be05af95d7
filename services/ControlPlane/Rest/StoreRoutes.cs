using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Packages;
using DataPlatform.Services.Hosting.Serving;

namespace DataPlatform.Services.ControlPlane.Rest;

/// <summary>Artifacts for agents. They have no login: the key in the address proves that an operator handed it out.</summary>
public static class StoreRoutes
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/store/sha256/{digest}", ["GET", "HEAD"], Serve).AllowAnonymous().ExcludeFromDescription();

    // The same answer to a wrong key and to a digest that is not there: it tells nobody what the store holds.
    private static IResult Serve(HttpContext context, string digest, string? key, PackageStore store)
    {
        if (store.Open(digest, key) is not { } path) return Refusals.Result(new Problem("No such artifact", 404, null, null));
        context.WelcomeConnection();
        return Results.File(path, "application/octet-stream", enableRangeProcessing: true);
    }
}
