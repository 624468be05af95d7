using DataPlatform.Services.Hosting.Credentials;
using DataPlatform.Services.Master.Endpoints;

namespace DataPlatform.Services.Master.Security;

/// <summary>Who calls. Without credentials everyone on this machine may, and nobody has a name.</summary>
public sealed class Callers(KnownPrincipals? credentials)
{
    /// <summary>False when the request was answered with 401.</summary>
    public async Task<(bool Allowed, string? Principal)> CheckAsync(HttpContext context, string realm)
    {
        if (credentials is null)
            return (true, null);
        if (credentials.Authenticate(context.Request.Headers.Authorization) is { } principal)
            return (true, principal);
        context.Response.Headers.WWWAuthenticate = $"Basic realm=\"{realm}\"";
        await Answers.RefuseAsync(context, StatusCodes.Status401Unauthorized, "Credentials are missing or wrong; send a principal and its secret by HTTP Basic");
        return (false, null);
    }
}
