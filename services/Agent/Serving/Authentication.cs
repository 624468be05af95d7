using DataPlatform.Services.Hosting.Credentials;

namespace DataPlatform.Services.Agent.Serving;

/// <summary>HTTP Basic for everything but the health check, when credentials are given; without them only loopback is served at all.</summary>
internal sealed class Authentication(KnownPrincipals? accepted)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (accepted is not null && context.Request.Path != "/health" && accepted.Authenticate(context.Request.Headers.Authorization) is null)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"mesos-agent-readonly\"";
            await context.Response.WriteAsync("This agent asks for a principal and its secret (HTTP Basic)\n");
            return;
        }

        await next(context);
    }
}
