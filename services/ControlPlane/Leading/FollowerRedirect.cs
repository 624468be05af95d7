namespace DataPlatform.Services.ControlPlane.Leading;

/// <summary>Sends people to the control plane that leads. Its own are the sign of life, its measurements and the artifacts it keeps.</summary>
public static class FollowerRedirect
{
    private static readonly PathString[] Own = ["/health", "/metrics", "/store"];

    public static async Task Invoke(HttpContext context, Leadership leadership, RequestDelegate next)
    {
        if (Own.Any(path => context.Request.Path.StartsWithSegments(path)))
        {
            await next(context);
            return;
        }

        // Pages and streams that stay open would show what this process no longer knows: who opens them again is sent on. All else is answered.
        await using var watching = leadership.Lost.Register(() =>
        {
            if (context.Response.HasStarted) context.Abort();
        });
        if (leadership.Standing is Standing.Following(var url)) await Send(context, url);
        else await next(context);
    }

    private static Task Send(HttpContext context, string url)
    {
        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = url + context.Request.PathBase.ToUriComponent() + context.Request.Path.ToUriComponent() + context.Request.QueryString.ToUriComponent();
        return Task.CompletedTask;
    }
}
