using DataPlatform.Core.Pool;
using DataPlatform.Services.Agent.Executors;
using DataPlatform.Services.Hosting.Security;

namespace DataPlatform.Services.Agent.Serving.Authentication;

/// <summary>
/// HTTP Basic for everything but the health check and executors, who bring tokens, when credentials are given; without them only loopback is served at all,
/// and there only this user and root. Who calls stands with the request from then on; what it may do is asked where it does it.
/// </summary>
internal sealed class AuthenticatedCalls(Callers callers)
{
    private static readonly HashSet<PathString> Open = ["/health", ExecutorEndpoint.Path, HttpServer.OlderPrefix + ExecutorEndpoint.Path];

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (!Open.Contains(context.Request.Path))
        {
            if (await callers.CheckAsync(context, "mesos-agent-readonly") is not { } caller)
                return;
            context.Features.Set(caller);
        }

        await next(context);
    }
}

internal static class AuthenticatedRequest
{
    /// <summary>Who calls; nobody has a name before it has proved it.</summary>
    public static Caller Caller(this HttpContext context) => context.Features.Get<Caller>() ?? new Caller.Unnamed("");
}
