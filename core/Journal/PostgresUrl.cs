using Npgsql;

namespace DataPlatform.Core.Journal;

/// <summary>How people name a database that several processes share: <c>postgres://USER@HOST:PORT/DATABASE</c>, without a password, so that it may be shown.</summary>
public static class PostgresUrl
{
    public const string Allowed = "postgres://USER@HOST:PORT/DATABASE, or with ?host=FOLDER for its socket";

    private const int UsualPort = 5432;

    /// <param name="program">Under which name the database lists its connections.</param>
    /// <param name="passwordSetting">What takes the password instead, for the refusal.</param>
    /// <exception cref="FormatException">Goes on after the setting's name, such as "names no database; postgres://... is allowed".</exception>
    public static NpgsqlConnectionStringBuilder Read(string text, string program, string passwordSetting)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("postgres" or "postgresql")
            || url.AbsolutePath.Trim('/') is not { Length: > 0 } database || url.UserInfo is not { Length: > 0 } user)
            throw new FormatException($"names no database; {Allowed} is allowed");
        if (user.Contains(':', StringComparison.Ordinal))
            throw new FormatException($"holds a password, which everyone on this host could read; give it in {passwordSetting}");
        return new NpgsqlConnectionStringBuilder
        {
            Host = url.Query.StartsWith("?host=", StringComparison.Ordinal) ? Uri.UnescapeDataString(url.Query["?host=".Length..]) : url.Host,
            Port = url.Port > 0 ? url.Port : UsualPort,
            Username = Uri.UnescapeDataString(user),
            Database = Uri.UnescapeDataString(database),
            ApplicationName = program,
            Timeout = 5,
            CommandTimeout = 5,
            KeepAlive = 5,
            // Kerberos asks name servers, for each connection: one that does not answer must not take the lead from a process that reaches its database.
            GssEncryptionMode = GssEncryptionMode.Disable,
        };
    }
}
