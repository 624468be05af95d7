using System.Security.Cryptography;
using System.Text;
using Dapper;

namespace DataPlatform.Services.ControlPlane.Storage;

/// <summary>Who a presented token belongs to.</summary>
public sealed record TokenHolder(string Id, string Name, string Principal, DateTimeOffset ExpiresAt);

/// <summary>Bearer tokens and browser sessions. Only hashes are kept: a stolen database signs nobody in.</summary>
public sealed class TokenStore(Database database, TimeProvider time)
{
    public const string Bearer = "bearer";
    public const string Session = "session";
    private const int MostListed = 1000;

    /// <summary>Makes a token and returns its secret, which is never shown again.</summary>
    public string Create(string kind, string name, string principal, TimeSpan lifetime)
    {
        var secret = (kind == Bearer ? "dp_" : "") + NewSecret();
        Add(kind, name, principal, secret, lifetime);
        return secret;
    }

    /// <summary>Registers a secret that somebody else chose.</summary>
    public void Add(string kind, string name, string principal, string secret, TimeSpan lifetime)
    {
        var now = time.GetUtcNow();
        Execute(
            """
            INSERT INTO tokens (id, name, kind, principal, hash, created_at, expires_at) VALUES (@id, @name, @kind, @principal, @hash, @now, @expires)
            ON CONFLICT (hash) DO UPDATE SET id = excluded.id, name = excluded.name, kind = excluded.kind, principal = excluded.principal,
                created_at = excluded.created_at, expires_at = excluded.expires_at
            """,
            new
            {
                id = Guid.CreateVersion7(now).ToString("n"), name, kind, principal, hash = Hash(secret),
                now = now.ToUnixTimeMilliseconds(), expires = (now + lifetime).ToUnixTimeMilliseconds(),
            });
    }

    public TokenHolder? Find(string kind, string secret)
    {
        if (secret.Length is 0 or > 256) return null;
        return Holder(database.Read(connection => connection.QuerySingleOrDefault<Row>(
            "SELECT id, name, principal, expires_at FROM tokens WHERE kind = @kind AND hash = @hash AND expires_at > @now",
            new { kind, hash = Hash(secret), now = time.GetUtcNow().ToUnixTimeMilliseconds() })));
    }

    /// <summary>Of those that have not ended, the newest first.</summary>
    public IReadOnlyList<TokenEntry> List() => database.Read(connection => connection.Query<ListedRow>(
            "SELECT id, name, kind, principal, created_at, expires_at FROM tokens WHERE expires_at > @now ORDER BY created_at DESC, id DESC LIMIT @MostListed",
            new { now = time.GetUtcNow().ToUnixTimeMilliseconds(), MostListed }))
        .Select(row => new TokenEntry(row.id, row.name, row.kind, row.principal, DateTimeOffset.FromUnixTimeMilliseconds(row.created_at), DateTimeOffset.FromUnixTimeMilliseconds(row.expires_at))).ToList();

    /// <summary>Whether it still lets in.</summary>
    public bool IsOpen(string id) => FindById(id) is not null;

    /// <summary>Whose it is; null when it no longer lets in.</summary>
    public TokenHolder? FindById(string id) => Holder(database.Read(connection => connection.QuerySingleOrDefault<Row>(
        "SELECT id, name, principal, expires_at FROM tokens WHERE id = @id AND expires_at > @now", new { id, now = time.GetUtcNow().ToUnixTimeMilliseconds() })));

    /// <summary>One was removed; called with its id.</summary>
    public event Action<string>? Removed;

    /// <returns>False when there is none of this id.</returns>
    public bool Remove(string id)
    {
        if (Execute("DELETE FROM tokens WHERE id = @id", new { id }) == 0) return false;
        Removed?.Invoke(id);
        return true;
    }

    public void RemoveNamed(string kind, string name) => Execute("DELETE FROM tokens WHERE kind = @kind AND name = @name", new { kind, name });

    public int ForgetExpiredBefore(DateTimeOffset limit) =>
        Execute("DELETE FROM tokens WHERE expires_at < @limit", new { limit = limit.ToUnixTimeMilliseconds() });

    public static string NewSecret() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static TokenHolder? Holder(Row? row) => row is null ? null : new TokenHolder(row.id, row.name, row.principal, DateTimeOffset.FromUnixTimeMilliseconds(row.expires_at));

    private int Execute(string sql, object parameters) => database.Write(transaction => transaction.Connection!.Execute(sql, parameters, transaction));

    private sealed record Row(string id, string name, string principal, long expires_at);

    private sealed record ListedRow(string id, string name, string kind, string principal, long created_at, long expires_at);
}

/// <summary>Something that lets in, without what it is itself.</summary>
public sealed record TokenEntry(string Id, string Name, string Kind, string Principal, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);
