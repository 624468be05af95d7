using System.Data.Common;
using System.Globalization;
using Dapper;
using Npgsql;

namespace DataPlatform.Services.ControlPlane.Storage;

/// <summary>
/// A database that several control planes share. It may be out of reach when this is made: its tables are made, by one of them, as soon
/// as it answers.
/// </summary>
public sealed class PostgresDatabase : Database
{
    // "dpcp": whoever makes the tables waits for whoever does so already.
    private const int PreparingLock = 0x64706370;

    private readonly NpgsqlDataSource source;
    private readonly Lock turn = new();
    private volatile Task? preparing;

    /// <param name="longestHold">
    /// A transaction of a process that is cut off or stopped is undone by the database after this time: it may hold the lease's row, which
    /// nobody could take then.
    /// </param>
    public PostgresDatabase(NpgsqlConnectionStringBuilder connection, TimeSpan longestHold)
    {
        Name = $"the database {connection.Database} on {connection.Host}";
        var held = (long)longestHold.TotalMilliseconds;
        source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection.ToString())
        {
            Options = string.Create(CultureInfo.InvariantCulture, $"-c idle_in_transaction_session_timeout={held}"),
        });
    }

    public override string Name { get; }

    public override bool IsShared => true;

    internal override string Now => "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

    // Against another's taking of the lease, which changes a key, but not against its renewal: many writes that overlap must not hold that up.
    internal override string Held => " FOR KEY SHARE";

    public override DbConnection Open()
    {
        Prepare();
        return source.OpenConnection();
    }

    public override bool IsUniqueViolation(DbException error) => error is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    public override DatabaseTrouble Explain(DbException error) => new(
        error is PostgresException { SqlState: PostgresErrorCodes.DiskFull },
        $"{Name} can't be used: {(error as PostgresException)?.MessageText ?? error.Message}");

    public override void Dispose()
    {
        source.Dispose();
        base.Dispose();
    }

    /// <summary>By one of those who ask at the same time; the others have its success or its failure.</summary>
    private void Prepare()
    {
        if (preparing is { IsCompletedSuccessfully: true }) return;
        Task own = new(MakeTables), current;
        lock (turn) current = preparing is { IsFaulted: false } begun ? begun : preparing = own;
        if (current == own) own.RunSynchronously(TaskScheduler.Default);
        current.GetAwaiter().GetResult();
    }

    private void MakeTables()
    {
        using var connection = source.OpenConnection();
        using var transaction = connection.BeginTransaction();
        // Nobody leads by this one.
        connection.Execute("SET LOCAL idle_in_transaction_session_timeout = '1min'", transaction: transaction);
        connection.Execute($"SELECT pg_advisory_xact_lock({PreparingLock})", transaction: transaction);
        connection.Execute("CREATE TABLE IF NOT EXISTS control_plane_schema (one boolean PRIMARY KEY DEFAULT true CHECK (one), version integer NOT NULL)", transaction: transaction);
        connection.Execute("INSERT INTO control_plane_schema (version) VALUES (0) ON CONFLICT DO NOTHING", transaction: transaction);
        Migrate(transaction, Migrations.Postgres, connection.ExecuteScalar<int>("SELECT version FROM control_plane_schema", transaction: transaction), Name);
        connection.Execute("UPDATE control_plane_schema SET version = @version", new { version = Migrations.Postgres.Count }, transaction);
        transaction.Commit();
    }
}
