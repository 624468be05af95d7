using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Rest;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Access;

/// <summary>
/// Refuses requests that another site makes a signed-in browser send: whatever changes something, and websockets,
/// must say that they come from this origin. Bearer tokens are not sent by browsers on their own and pass.
/// </summary>
public static class CrossSiteGuard
{
    public static async Task Invoke(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        var changes = !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method));
        var socket = context.WebSockets.IsWebSocketRequest || request.Headers.Upgrade.Count > 0;
        var bearer = context.User.HasClaim(AccessHandler.MethodClaim, TokenStore.Bearer);
        if ((changes || socket) && !bearer && !ComesFromHere(request))
        {
            await Refusals.Write(context, new Problem(
                "Refused as a cross-site request", 403, "A request that changes something must come from this console's own pages, or carry a bearer token.", null));
            return;
        }

        await next(context);
    }

    private static bool ComesFromHere(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site && site != "same-origin") return false;
        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0
            ? string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase)
            : request.Headers["Sec-Fetch-Site"] == "same-origin";
    }
}
