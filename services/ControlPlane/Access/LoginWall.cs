using DataPlatform.Services.ControlPlane.Proxy;
using Microsoft.AspNetCore.Authentication;

namespace DataPlatform.Services.ControlPlane.Access;

/// <summary>
/// No page and no route without a login, whatever a library says of the routes that it brings. What is open is listed here:
/// the login itself, the sign of life, and artifacts, which ask for a key of their own.
/// </summary>
public static class LoginWall
{
    private static readonly PathString[] Open = ["/login", "/health", "/store/sha256"];

    /// <summary>Who may read measurements alone is kept from all else first, also from what is open.</summary>
    public static Task Invoke(HttpContext context, RequestDelegate next) =>
        context.User.HasClaim(AccessHandler.MethodClaim, MetricsReaders.Method) ? (IsOpenToMeasuring(context) ? next(context) : context.ForbidAsync())
        : context.User.Identity?.IsAuthenticated == true || Open.Any(path => context.Request.Path.StartsWithSegments(path)) ? next(context) : context.ChallengeAsync();

    private static bool IsOpenToMeasuring(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)) && context.GetEndpoint()?.Metadata.GetMetadata<OpenToMeasuring>() is not null;

    /// <summary>Whether a person's browser asks for a page of the console.</summary>
    public static bool IsPage(HttpContext context) =>
        PlainPage.IsWanted(context.Request) && !context.Request.Path.StartsWithSegments("/api") && !context.Request.Path.StartsWithSegments(PageEntrance.Root);
}
