using DataPlatform.Core.Journal;
using DataPlatform.Services.Hosting.Files;
using DataPlatform.Services.Hosting.Settings;
using Npgsql;

namespace DataPlatform.Services.ControlPlane.Settings;

/// <summary>Where what people want is kept: in a file of this control plane's own, or in a database that several share.</summary>
public sealed record DatabaseSettings
{
    public static readonly Setting[] All =
    [
        new("database", "URL", null, $"Database that several control planes share, of which one leads: {PostgresUrl.Allowed} (default: a file in the work directory)"),
        new("database-password-file", "FILE", null, "Holds the database user's password alone, readable by its owner only"),
        new("database-lease", "DURATION", "4secs", "After so long without a sign of life another control plane takes over"),
        new("accept-database-loss", "WRITE", null, "Once, when the control plane refuses to start because its database is lost or not whole: go on from this write, which the refusal names"),
    ];

    /// <summary>Null: the database is a file. Holds the password.</summary>
    public NpgsqlConnectionStringBuilder? Shared { get; init; }

    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Null: the file must be whole.</summary>
    public long? AcceptedLoss { get; init; }

    /// <exception cref="SettingsException">Something given can't be used.</exception>
    public static DatabaseSettings From(SettingValues values) => new()
    {
        Shared = values.Find("database") is { } url ? Connection(url, values.FindPath("database-password-file")) : null,
        Lease = values.PositiveDuration("database-lease") is { TotalSeconds: >= 1 and <= 600 } lease ? lease : throw values.Refuse("database-lease", "is not from 1secs to 10mins"),
        AcceptedLoss = values.Find("accept-database-loss") is null ? null : values.Number("accept-database-loss", 0, long.MaxValue),
    };

    private static NpgsqlConnectionStringBuilder Connection(string text, string? passwordFile)
    {
        try
        {
            var connection = PostgresUrl.Read(text, "dp-control-plane", "--database-password-file");
            if (passwordFile is not null) connection.Password = PrivateFile.ReadSecret("database-password-file", passwordFile, 1);
            return connection;
        }
        catch (FormatException problem)
        {
            throw new SettingsException($"--database {problem.Message}");
        }
    }
}
