using DataPlatform.Core.Pool;
using DataPlatform.Services.Hosting.Serving;
using Microsoft.AspNetCore.Http;

namespace DataPlatform.Services.Hosting.Security;

/// <summary>Who calls. Without credentials only processes of this user and of root on this machine may, and nobody has a name.</summary>
public sealed class Callers(BasicGate gate)
{
    /// <summary>Null when the request was answered with why not.</summary>
    public async Task<Caller?> CheckAsync(HttpContext context, string realm)
    {
        var from = context.Connection.RemoteIpAddress?.MapToIPv4().ToString() ?? "";
        switch (gate.Check(context))
        {
            case CallerCheck.Known(var principal):
                return principal is null ? new Caller.Unnamed(from) : new Caller.Named(principal, from);
            case CallerCheck.Refused(var status, var message):
                if (status == StatusCodes.Status401Unauthorized)
                    context.Response.Headers.WWWAuthenticate = $"Basic realm=\"{realm}\"";
                await Refusal.WriteAsync(context, status, message);
                return null;
            default:
                throw new InvalidOperationException("No rule for this caller");
        }
    }
}
