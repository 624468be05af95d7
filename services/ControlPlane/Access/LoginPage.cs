using DataPlatform.Services.ControlPlane.Storage;
using DataPlatform.Services.Hosting.Security;
using Microsoft.AspNetCore.Mvc;

namespace DataPlatform.Services.ControlPlane.Access;

/// <summary>The only page without login. It needs no file of the console, so all of those stay behind the login.</summary>
public static class LoginPage
{
    private static readonly TimeSpan SessionLifetime = TimeSpan.FromHours(12);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/login", Open).AllowAnonymous().ExcludeFromDescription();
        routes.MapPost("/login", Enter).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription();
        routes.MapPost("/logout", Leave).DisableAntiforgery().ExcludeFromDescription();
    }

    private static IResult Open(HttpContext context, LoginLinks links, TokenStore tokens, AuditLog audit, FailedLogins failures, string? token, string? @return)
    {
        if (token is null) return Page(200, Form(null, @return));
        if (TooMany(context, failures) is { } later) return Page(429, Form(later, @return));
        if (links.Redeem(token) is not { } principal)
        {
            failures.Wrong(context.Connection.RemoteIpAddress, "");
            return Page(403, Form("This login link was used already or has ended. 'dp login' makes a new one.", @return));
        }

        audit.Add(principal, "login", "console", "login link");
        SignIn(context, tokens, principal);
        return Page(200, PlainPage.GoOn(Local(@return), "Signed in."));
    }

    private static IResult Enter(HttpContext context, TokenStore tokens, AuditLog audit, FailedLogins failures, [FromForm] string? token, [FromForm] string? @return)
    {
        if (TooMany(context, failures) is { } later) return Page(429, Form(later, @return));
        if (tokens.Find(TokenStore.Bearer, token?.Trim() ?? "") is not { } holder)
        {
            failures.Wrong(context.Connection.RemoteIpAddress, "");
            return Page(403, Form("This token is unknown or has ended.", @return));
        }

        audit.Add(holder.Principal, "login", "console", "token " + holder.Name);
        SignIn(context, tokens, holder.Principal);
        return Results.Redirect(Local(@return));
    }

    private static string? TooMany(HttpContext context, FailedLogins failures) => failures.WhyNot(context.Connection.RemoteIpAddress, "") is { } wait
        ? $"{AccessHandler.TooMany(context, wait).Title}. {AccessHandler.TooMany(context, wait).Detail}"
        : null;

    private static IResult Leave(HttpContext context, TokenStore tokens, AuditLog audit)
    {
        if (context.User.FindFirst(AccessHandler.TokenClaim)?.Value is { } id && context.User.HasClaim(AccessHandler.MethodClaim, TokenStore.Session) && tokens.Remove(id))
            audit.Add(context.User.Identity?.Name ?? "unknown", "logout", "console");
        context.Response.Cookies.Delete(AccessHandler.Cookie);
        return Results.Redirect("/login");
    }

    private static void SignIn(HttpContext context, TokenStore tokens, string principal) =>
        context.Response.Cookies.Append(AccessHandler.Cookie, tokens.Create(TokenStore.Session, "console", principal, SessionLifetime), new CookieOptions
        {
            HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/", MaxAge = SessionLifetime, IsEssential = true,
        });

    /// <summary>Only a path of this site: everything else would send people who just signed in elsewhere.</summary>
    public static bool IsLocal(string? path) =>
        path is ['/', ..] && !path.StartsWith("//", StringComparison.Ordinal) && !path.Contains('\\', StringComparison.Ordinal) && !path.Any(char.IsControl);

    private static string Local(string? path) => IsLocal(path) ? path! : "/";

    private static string Form(string? refusal, string? @return) =>
        (refusal is null ? "" : $"<p role=\"alert\" class=\"refusal\">{PlainPage.Encoded(refusal)}</p>")
        + "<p>Open the one-time link that the control plane printed at start, or make one with <code>dp login</code>.</p>"
        + "<form method=\"post\" action=\"/login\"><label for=\"token\">Or sign in with a token</label>"
        + "<input id=\"token\" name=\"token\" type=\"password\" autocomplete=\"off\" required>"
        + $"<input type=\"hidden\" name=\"return\" value=\"{PlainPage.Encoded(Local(@return))}\">"
        + "<button>Sign in</button></form>";

    private static IResult Page(int status, string body) => PlainPage.Of(status, "Sign in", body);
}
