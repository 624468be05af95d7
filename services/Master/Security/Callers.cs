using DataPlatform.Core.Pool;
using DataPlatform.Services.Hosting.Credentials;
using DataPlatform.Services.Master.Endpoints;

namespace DataPlatform.Services.Master.Security;

/// <summary>Who calls. Without credentials everyone on this machine may, and nobody has a name.</summary>
public sealed class Callers(KnownPrincipals? credentials)
{
    /// <summary>Null when the request was answered with 401.</summary>
    public async Task<Caller?> CheckAsync(HttpContext context, string realm)
    {
        var from = context.Connection.RemoteIpAddress?.MapToIPv4().ToString() ?? "";
        if (credentials is null)
            return new Caller.Unnamed(from);
        if (credentials.Authenticate(context.Request.Headers.Authorization) is { } principal)
            return new Caller.Named(principal, from);
        context.Response.Headers.WWWAuthenticate = $"Basic realm=\"{realm}\"";
        await Answers.RefuseAsync(context, StatusCodes.Status401Unauthorized, "Credentials are missing or wrong; send a principal and its secret by HTTP Basic");
        return null;
    }
}
