using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using DataPlatform.Services.ControlPlane.Storage;
using Microsoft.AspNetCore.DataProtection;

namespace DataPlatform.Services.ControlPlane.Proxy;

/// <summary>
/// What lets a browser into the pages of one cluster: a ticket, which it takes there from the console and which is good once, and for it a pass, kept in
/// a cookie. Both are good for one cluster alone, and as long as the session that asked for the ticket. Thread safe.
/// </summary>
public sealed class PagePasses(IDataProtectionProvider protection, TokenStore tokens, TimeProvider time)
{
    /// <summary>The method of a login by a pass.</summary>
    public const string Method = "page";

    /// <summary>In which a browser takes a ticket along.</summary>
    public const string TicketParameter = "dp_ticket";

    /// <summary>As long as a browser takes to follow a redirect.</summary>
    private static readonly TimeSpan TicketLifetime = TimeSpan.FromSeconds(30);

    private readonly IDataProtector ticketSeal = protection.CreateProtector("engine page ticket");
    private readonly IDataProtector passSeal = protection.CreateProtector("engine page pass");

    // Ended ones are refused by their time; of the others, those that were used.
    private readonly ConcurrentDictionary<string, DateTimeOffset> used = new(StringComparer.Ordinal);

    public static string Cookie(string cluster) => "dp_page_" + cluster;

    /// <param name="session">The id of the session that the browser has at the console.</param>
    public string Ticket(string session, string cluster) =>
        ticketSeal.Protect(JsonSerializer.Serialize(new Sealed(session, cluster, (time.GetUtcNow() + TicketLifetime).ToUnixTimeMilliseconds(), Guid.NewGuid().ToString("n"))));

    /// <summary>The pass for a ticket, and when it ends; null when the ticket is of another cluster, was used, has ended, or its session has.</summary>
    public (string Pass, DateTimeOffset Ends)? Redeem(string ticket, string cluster)
    {
        var now = time.GetUtcNow();
        foreach (var (nonce, ends) in used)
            if (ends <= now) used.TryRemove(nonce, out _);
        if (Open(ticketSeal, ticket, cluster) is not { Nonce: { } once } opened || opened.Ends <= now.ToUnixTimeMilliseconds() || tokens.FindById(opened.Session) is not { } session)
            return null;
        if (!used.TryAdd(once, DateTimeOffset.FromUnixTimeMilliseconds(opened.Ends)))
            return null;
        return (passSeal.Protect(JsonSerializer.Serialize(opened with { Ends = session.ExpiresAt.ToUnixTimeMilliseconds(), Nonce = null })), session.ExpiresAt);
    }

    /// <summary>Whose pass it is; null when it is of another cluster or its session has ended.</summary>
    public TokenHolder? Find(string pass, string cluster) => Open(passSeal, pass, cluster) is { } opened ? tokens.FindById(opened.Session) : null;

    private static Sealed? Open(IDataProtector seal, string text, string cluster)
    {
        try
        {
            return JsonSerializer.Deserialize<Sealed>(seal.Unprotect(text)) is { } opened && opened.Cluster == cluster ? opened : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private sealed record Sealed(string Session, string Cluster, long Ends, string? Nonce);
}
