using System.Collections.Concurrent;
using DataPlatform.Services.ControlPlane.Settings;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Access;

/// <summary>One-time login links. Kept in memory as hashes: a restart prints a new one.</summary>
public sealed class LoginLinks(ControlPlaneSettings settings, TimeProvider time)
{
    private const int MostOpen = 100;
    private readonly ConcurrentDictionary<string, (string Principal, DateTimeOffset Ends)> open = new();

    /// <summary>The path and query of a new link; null when too many are open already.</summary>
    public string? Create(string principal)
    {
        var now = time.GetUtcNow();
        foreach (var (key, link) in open)
            if (link.Ends <= now) open.TryRemove(key, out _);
        if (open.Count >= MostOpen) return null;
        var secret = TokenStore.NewSecret();
        open[Key(secret)] = (principal, now + settings.LoginLinkLifetime);
        return "/login?token=" + secret;
    }

    /// <summary>Whom the link signs in; null when it was used, ended, or never was.</summary>
    public string? Redeem(string secret) =>
        secret.Length <= 256 && open.TryRemove(Key(secret), out var link) && link.Ends > time.GetUtcNow() ? link.Principal : null;

    private static string Key(string secret) => Convert.ToHexString(TokenStore.Hash(secret));
}
