using System.Security.Claims;
using DataPlatform.Services.ControlPlane.Storage;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace DataPlatform.Services.ControlPlane.Access;

/// <summary>Whom an open page of the console serves: nobody any more once its session has ended; seen at once when somebody ends it, within a minute when its time is over.</summary>
internal sealed class OpenPage : RevalidatingServerAuthenticationStateProvider
{
    private static readonly AuthenticationState Nobody = new(new ClaimsPrincipal(new ClaimsIdentity()));
    private readonly TokenStore tokens;
    private Task<AuthenticationState>? known;

    public OpenPage(ILoggerFactory loggers, TokenStore tokens) : base(loggers)
    {
        this.tokens = tokens;
        AuthenticationStateChanged += state => known = state;
        tokens.Removed += End;
    }

    protected override TimeSpan RevalidationInterval => TimeSpan.FromMinutes(1);

    protected override Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken) =>
        Task.FromResult(TokenOf(authenticationState) is { } token && tokens.IsOpen(token));

    protected override void Dispose(bool disposing)
    {
        tokens.Removed -= End;
        base.Dispose(disposing);
    }

    private void End(string token)
    {
        if (known is { IsCompletedSuccessfully: true } state && TokenOf(state.Result) == token) SetAuthenticationState(Task.FromResult(Nobody));
    }

    private static string? TokenOf(AuthenticationState state) => state.User.FindFirst(AccessHandler.TokenClaim)?.Value;
}
