using DataPlatform.Services.Hosting.Security;
using DataPlatform.Services.Hosting.Serving;

namespace DataPlatform.Services.Agent.Serving;

/// <summary>HTTP Basic for everything but the health check, when credentials are given; without them only loopback is served at all, and there only this user and root.</summary>
internal sealed class Authentication(BasicGate gate)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path != "/health" && gate.Check(context) is CallerCheck.Refused(var status, var message))
        {
            if (status == StatusCodes.Status401Unauthorized)
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"mesos-agent-readonly\"";
            await Refusal.WriteAsync(context, status, message);
            return;
        }

        await next(context);
    }
}
