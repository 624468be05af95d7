using DataPlatform.Services.ControlPlane.Leading;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Rest;

/// <summary>Whether people are served, in one sentence; open to everyone.</summary>
public static class HealthRoute
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/health", (Leadership leadership, Database database) =>
    {
        var (status, text) = Tell(leadership.Standing, database.Trouble);
        return Results.Text(text, statusCode: status);
    }).AllowAnonymous().ExcludeFromDescription();

    private static (int Status, string Text) Tell(Standing standing, DatabaseTrouble? trouble) => (standing, trouble) switch
    {
        (Standing.Following(var url), _) => (200, $"follower of {url}"),
        (Standing.Waiting(var reason), _) => (503, $"does not lead: {reason}"),
        (_, { } found) => (503, found.Reason),
        _ => (200, "ok"),
    };
}
