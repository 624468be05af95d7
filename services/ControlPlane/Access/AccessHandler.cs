using System.Security.Claims;
using System.Text.Encodings.Web;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Rest;
using DataPlatform.Services.ControlPlane.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace DataPlatform.Services.ControlPlane.Access;

/// <summary>Signs a request in by its bearer token or, without one, by the session cookie.</summary>
public sealed class AccessHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, TokenStore tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "dataplatform";
    public const string Cookie = "dp_session";
    public const string MethodClaim = "dp:method";
    public const string TokenClaim = "dp:token";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var authorization = Request.Headers.Authorization.ToString();
        if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            var holder = tokens.Find(TokenStore.Bearer, authorization[7..].Trim());
            return Task.FromResult(holder is null ? AuthenticateResult.Fail("the token is unknown or has ended") : Success(holder, TokenStore.Bearer));
        }

        var session = Request.Cookies[Cookie] is { } secret ? tokens.Find(TokenStore.Session, secret) : null;
        return Task.FromResult(session is null ? AuthenticateResult.NoResult() : Success(session, TokenStore.Session));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (LoginWall.IsPage(Context) || (Request.Path.StartsWithSegments("/ui") && Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal)))
        {
            Response.Redirect("/login?return=" + Uri.EscapeDataString(Request.Path + Request.QueryString));
            return Task.CompletedTask;
        }

        Response.Headers.WWWAuthenticate = "Bearer";
        return Refusals.Write(Context, new Problem(
            "Sign in first", 401, "Give a bearer token, or open a login link: 'dp login' makes one, and the control plane prints one at start.", null));
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Refusals.Write(Context, new Problem("Not allowed", 403, null, null));

    private AuthenticateResult Success(TokenHolder holder, string method)
    {
        var identity = new ClaimsIdentity(
            [new Claim(ClaimTypes.Name, holder.Principal), new Claim(MethodClaim, method), new Claim(TokenClaim, holder.Id)], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }
}
