using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Proxy;
using DataPlatform.Services.ControlPlane.Rest;
using DataPlatform.Services.ControlPlane.Storage;
using DataPlatform.Services.Hosting.Security;
using DataPlatform.Services.Hosting.Serving;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace DataPlatform.Services.ControlPlane.Access;

/// <summary>Signs a request in by its bearer token or, without one, by the session cookie.</summary>
public sealed class AccessHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, TokenStore tokens, MetricsReaders measuring,
    PageAddresses pages, PagePasses passes, FailedLogins failures)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "dataplatform";
    public const string Cookie = "dp_session";
    public const string MethodClaim = "dp:method";
    public const string TokenClaim = "dp:token";
    private static readonly object WaitItem = new();

    /// <summary>Under which a request says when what let it in ends.</summary>
    public static readonly object EndItem = new();

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var authorization = Request.Headers.Authorization.ToString();
        if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            // Nobody guesses one, so none counts as a guess; and a right one says nothing of who else calls from there.
            if (MetricsToken.ClusterIdIn(authorization[7..].Trim()) is not null)
                return Task.FromResult(Measuring(authorization[7..].Trim()));
            if (failures.WhyNot(Context.Connection.RemoteIpAddress, "") is { } wait)
            {
                Context.Items[WaitItem] = wait;
                return Task.FromResult(AuthenticateResult.Fail("too many tokens from there were wrong"));
            }

            if (tokens.Find(TokenStore.Bearer, authorization[7..].Trim()) is { } holder)
            {
                failures.Right(Context.Connection.RemoteIpAddress, "");
                return Task.FromResult(Success(holder, TokenStore.Bearer));
            }

            failures.Wrong(Context.Connection.RemoteIpAddress, "");
            return Task.FromResult(AuthenticateResult.Fail("the token is unknown or has ended"));
        }

        if (pages.Has(Context))
            return Task.FromResult(OfPass() is { } guest ? Success(guest, PagePasses.Method) : AuthenticateResult.NoResult());
        var session = Request.Cookies[Cookie] is { } secret ? tokens.Find(TokenStore.Session, secret) : null;
        return Task.FromResult(session is null ? AuthenticateResult.NoResult() : Success(session, TokenStore.Session));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (Request.Path.StartsWithSegments(PageEntrance.Root) && PlainPage.IsWanted(Request))
            return ChallengePageOfEngine();
        if (LoginWall.IsPage(Context))
            return ToLogin();

        if (Context.Items[WaitItem] is TimeSpan wait) return Refusals.Write(Context, TooMany(Context, wait));
        Response.Headers.WWWAuthenticate = "Bearer";
        return Refusals.Write(Context, new Problem(
            "Sign in first", 401, "Give a bearer token, or open a login link: 'dp login' makes one, and the control plane prints one at start.", null));
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Refusals.Write(
        Context, new Problem("Not allowed", 403, Context.User.HasClaim(MethodClaim, MetricsReaders.Method) ? "This token reads measurements, and nothing else." : null, null));

    private TokenHolder? OfPass() =>
        PageEntrance.ClusterOf(Request.Path) is { } cluster && pages.Has(Context, cluster) && Request.Cookies[PagePasses.Cookie(cluster)] is { } pass ? passes.Find(pass, cluster) : null;

    /// <summary>Leads to the console for a ticket, and there to the login when no session is open.</summary>
    private Task ChallengePageOfEngine()
    {
        var here = Request.Path.ToUriComponent() + Request.QueryString.ToUriComponent();
        var from = Request.Headers["Sec-Fetch-Site"].ToString();
        if (pages.Has(Context))
        {
            // It comes from here, and brought back nothing of what it was given.
            if (from == "same-origin" && Request.Cookies.Count == 0)
            {
                var console = pages.Console(Context) + here;
                return PlainPage.Of(401, "Sign in", $"<p class=\"refusal\">What let you in has ended, or this browser keeps no cookies for {PlainPage.Encoded(Request.Host.Value ?? "")}.</p><p><a href=\"{PlainPage.Encoded(console)}\">Open it from the console</a></p>")
                    .ExecuteAsync(Context);
            }

            Response.Redirect(pages.Console(Context) + here);
            return Task.CompletedTask;
        }

        // A strict cookie is not sent along where another site leads here; it is when this one does.
        return from == "cross-site" ? PlainPage.Of(200, "Opens", PlainPage.GoOn(here, "Opens a page.")).ExecuteAsync(Context) : ToLogin();
    }

    private Task ToLogin()
    {
        Response.Redirect("/login?return=" + Uri.EscapeDataString(Request.Path + Request.QueryString));
        return Task.CompletedTask;
    }

    private AuthenticateResult Measuring(string token) => measuring.Find(token) is { } cluster
        ? Success(new TokenHolder(cluster.Id, cluster.Name, "cluster " + cluster.Name, cluster.ExpiresAt), MetricsReaders.Method)
        : AuthenticateResult.Fail("the token is of no cluster that runs");

    /// <summary>How the next attempt to sign in is put off.</summary>
    public static Problem TooMany(HttpContext context, TimeSpan wait)
    {
        var seconds = (int)Math.Ceiling(wait.TotalSeconds);
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return new Problem("Too many wrong tokens", 429, $"The next is looked at in {seconds} s.", null);
    }

    private AuthenticateResult Success(TokenHolder holder, string method)
    {
        Context.WelcomeConnection();
        Context.Items[EndItem] = holder.ExpiresAt;
        var identity = new ClaimsIdentity(
            [new Claim(ClaimTypes.Name, holder.Principal), new Claim(MethodClaim, method), new Claim(TokenClaim, holder.Id)], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }
}
