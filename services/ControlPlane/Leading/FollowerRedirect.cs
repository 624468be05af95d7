namespace DataPlatform.Services.ControlPlane.Leading;

/// <summary>Sends people to the control plane that leads. Its own are the sign of life, its measurements and the artifacts it keeps.</summary>
public static class FollowerRedirect
{
    private static readonly PathString[] Own = ["/health", "/metrics", "/store"];

    public static Task Invoke(HttpContext context, Leadership leadership, RequestDelegate next) =>
        leadership.Standing is Standing.Following(var url) && !Own.Any(path => context.Request.Path.StartsWithSegments(path)) ? Send(context, url) : next(context);

    private static Task Send(HttpContext context, string url)
    {
        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = url + context.Request.PathBase.ToUriComponent() + context.Request.Path.ToUriComponent() + context.Request.QueryString.ToUriComponent();
        return Task.CompletedTask;
    }
}
