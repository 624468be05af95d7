using DataPlatform.Core.Journal;
using DataPlatform.Services.Hosting.Files;
using DataPlatform.Services.Hosting.Settings;
using Npgsql;

namespace DataPlatform.Services.Master.Settings;

/// <summary>Where the journal lies: in a file of this master's own, or in a database that several masters share.</summary>
public sealed record JournalSettings
{
    public static readonly Setting[] All =
    [
        new("journal", "URL", null, "Database that several masters share, of which one leads: postgres://USER@HOST:PORT/DATABASE, or with ?host=FOLDER for its socket (default: a file in the work directory)"),
        new("journal-password-file", "FILE", null, "Holds the database user's password alone, readable by its owner only"),
        new("journal-lease", "DURATION", "10secs", "After so long without a sign of life another master takes over"),
        new("accept-journal-loss", "RECORD", null, "Once, when the master refuses to start because its journal is not whole: go on from this record, which the refusal names"),
    ];

    /// <summary>Null: the journal is a file. Holds the password.</summary>
    public NpgsqlConnectionStringBuilder? Database { get; private init; }

    public required TimeSpan Lease { get; init; }

    /// <summary>Null: the file must be whole.</summary>
    public long? AcceptedLoss { get; private init; }

    /// <exception cref="SettingsException">Something given can't be used.</exception>
    public static JournalSettings From(SettingValues values) => new()
    {
        Database = values.Find("journal") is { } url ? Connection(url, values.FindPath("journal-password-file")) : null,
        Lease = values.PositiveDuration("journal-lease") is { TotalSeconds: >= 1 and <= 600 } lease
            ? lease
            : throw new SettingsException($"--journal-lease is '{values.Find("journal-lease")}'; 1secs to 10mins are allowed"),
        AcceptedLoss = values.Find("accept-journal-loss") is null ? null : values.Number("accept-journal-loss", 0, int.MaxValue),
    };

    private static NpgsqlConnectionStringBuilder Connection(string text, string? passwordFile)
    {
        try
        {
            var connection = PostgresUrl.Read(text, "dp-master", "--journal-password-file");
            if (passwordFile is not null)
                connection.Password = PrivateFile.ReadSecret("journal-password-file", passwordFile, 1);
            return connection;
        }
        catch (FormatException problem)
        {
            throw new SettingsException($"--journal {problem.Message}");
        }
    }
}
