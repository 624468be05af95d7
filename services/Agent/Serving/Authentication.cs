using DataPlatform.Services.Agent.Configuration;

namespace DataPlatform.Services.Agent.Serving;

/// <summary>HTTP Basic for everything but the health check, when credentials are given; without them only loopback is served at all.</summary>
internal sealed class Authentication(IReadOnlyList<PrincipalSecret> accepted)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (accepted.Count > 0 && context.Request.Path != "/health" && !IsKnown(context.Request.Headers.Authorization.ToString()))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"mesos-agent-readonly\"";
            await context.Response.WriteAsync("This agent asks for a principal and its secret (HTTP Basic)\n");
            return;
        }

        await next(context);
    }

    private bool IsKnown(string authorization)
    {
        var known = false;
        foreach (var each in accepted)
            known |= each.Matches(authorization); // All are compared: the time says nothing of which one matched.
        return known;
    }
}
