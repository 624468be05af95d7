using System.Collections.Concurrent;
using DataPlatform.Services.ControlPlane.Proxy;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Access;

/// <summary>Requests that are being answered, by what let them in: terminals, streams and engines' pages that stay open end with it.</summary>
public sealed class OpenRequests : IDisposable
{
    // One that lasts as long signs in again.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    private readonly TokenStore tokens;
    private readonly TimeProvider time;
    private readonly ConcurrentDictionary<HttpContext, string> open = new();

    public OpenRequests(TokenStore tokens, TimeProvider time)
    {
        (this.tokens, this.time) = (tokens, time);
        tokens.Removed += End;
    }

    public void Dispose() => tokens.Removed -= End;

    public async Task Invoke(HttpContext context, RequestDelegate next)
    {
        // What signs out is answered; a page of the console shows by itself that its session has ended.
        if (context.User.FindFirst(AccessHandler.TokenClaim)?.Value is not { } token || context.Request.Path.StartsWithSegments("/logout") || context.Request.Path.StartsWithSegments("/_blazor"))
        {
            await next(context);
            return;
        }

        open[context] = token;
        try
        {
            // It may have been removed between the look at it and this.
            if (context.WebSockets.IsWebSocketRequest && !tokens.IsOpen(token) && context.User.FindFirst(AccessHandler.MethodClaim)?.Value is TokenStore.Session or PagePasses.Method)
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                return;
            }

            using var ends = context.Items[AccessHandler.EndItem] is DateTimeOffset at ? time.CreateTimer(ended => ((HttpContext)ended!).Abort(), context, Within(at - time.GetUtcNow()), Timeout.InfiniteTimeSpan) : null;
            await next(context);
        }
        finally
        {
            open.TryRemove(context, out _);
        }
    }

    private void End(string token)
    {
        foreach (var (context, by) in open)
            if (by == token) context.Abort();
    }

    private static TimeSpan Within(TimeSpan left) => left < TimeSpan.Zero ? TimeSpan.Zero : left > Longest ? Longest : left;
}
