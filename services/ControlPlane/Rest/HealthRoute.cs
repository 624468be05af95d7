using DataPlatform.Services.ControlPlane.Leading;
using DataPlatform.Services.ControlPlane.Recurring;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Rest;

/// <summary>Whether people are served, in one sentence; open to everyone.</summary>
public static class HealthRoute
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/health", (Leadership leadership, Database database, Removals removals) =>
    {
        var (status, text) = Tell(leadership.Standing, database.Trouble, removals.Withheld.ClusterIds.Count);
        return Results.Text(text, statusCode: status);
    }).AllowAnonymous().WithTags("Health").WithSummary("Whether people are served, in one sentence").Produces<string>(200, "text/plain").Produces<string>(503, "text/plain");

    private static (int Status, string Text) Tell(Standing standing, DatabaseTrouble? trouble, int withheld) => (standing, trouble) switch
    {
        (Standing.Following(var url), _) => (200, $"follower of {url}"),
        (Standing.Waiting(var reason), _) => (503, $"does not lead: {reason}"),
        (_, { } found) => (503, found.Reason),
        // It serves; only a person can mend this.
        _ when withheld > 0 => (200, $"ok, but {withheld} clusters run that the database does not know: 'dp clusters confirm-removal' takes them down"),
        _ => (200, "ok"),
    };
}
