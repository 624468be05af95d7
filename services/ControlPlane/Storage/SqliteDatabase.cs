using System.Data.Common;
using Dapper;
using DataPlatform.Core.Journal;
using Microsoft.Data.Sqlite;

namespace DataPlatform.Services.ControlPlane.Storage;

/// <summary>
/// A database in one file of this process's own, readable by its owner only, with a -wal beside it and a .last that tells when something
/// of it is missing: SQLite would begin anew without a word.
/// </summary>
public sealed class SqliteDatabase : Database
{
    private const int Busy = 5;
    private const int Damaged = 11;
    private const int Full = 13;
    private const int Constraint = 19;
    private const int NoDatabase = 26;
    private const int UniqueViolation = 2067;
    private const int PrimaryKeyViolation = 1555;
    private const int NoRoomForIndex = 4874;

    // SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE
    private const int NoCheckpointOnClose = 1006;

    private readonly string path;
    private readonly string connectionString;
    private readonly JournalMarker marker;

    /// <param name="acceptedLast">
    /// Only after a person said so: what was written after this write is lost, go on from there. Null: nothing may be lost.
    /// </param>
    /// <exception cref="InvalidDataException">Gone, damaged, not whole, or written by a newer control plane.</exception>
    /// <exception cref="IOException">It can't be opened.</exception>
    public SqliteDatabase(string path, long? acceptedLast = null)
    {
        this.path = path;
        connectionString = ConnectionString(path, SqliteOpenMode.ReadWrite);
        try
        {
            var last = Prepare(JournalMarker.Read(path) ?? 0, acceptedLast);
            marker = JournalMarker.Open(path);
            marker.Write(last, sync: true);
        }
        catch (SqliteException error)
        {
            throw error.SqliteErrorCode is Damaged or NoDatabase ? IsDamaged(error.Message, error) : new IOException(Explain(error).Reason, error);
        }
    }

    public override string Name => path;

    public override bool IsShared => false;

    internal override string Now => "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

    // A transaction that writes is alone from its beginning.
    internal override string Held => "";

    public override DbConnection Open()
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();
            connection.Execute("PRAGMA synchronous = FULL");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public override bool IsUniqueViolation(DbException error) =>
        error is SqliteException { SqliteErrorCode: Constraint, SqliteExtendedErrorCode: UniqueViolation or PrimaryKeyViolation };

    public override DatabaseTrouble Explain(DbException error) => error switch
    {
        SqliteException { SqliteErrorCode: Full } or SqliteException { SqliteExtendedErrorCode: NoRoomForIndex } => new(true, $"{path} can't grow: the disk is full"),
        SqliteException { SqliteErrorCode: Busy } => new(false, $"{path} is held by another process"),
        SqliteException { SqliteErrorCode: Damaged or NoDatabase } => new(false, $"{path} is damaged ({error.Message})"),
        _ => new(false, $"{path} can't be used: {error.Message}"),
    };

    public override void Dispose()
    {
        SqliteConnection.ClearPool(new SqliteConnection(connectionString));
        marker.Dispose();
        base.Dispose();
    }

    protected override void Commit(DbTransaction transaction)
    {
        var count = transaction.Connection!.ExecuteScalar<long>("UPDATE writes SET count = count + 1 RETURNING count", transaction: transaction);
        base.Commit(transaction);
        marker.Write(count);
    }

    private static string ConnectionString(string path, SqliteOpenMode mode, bool pooling = true) =>
        new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = pooling, DefaultTimeout = 10 }.ToString();

    /// <param name="expectedLast">The write that is known to have been made; 0 when none is.</param>
    /// <returns>The last write that is there.</returns>
    private long Prepare(long expectedLast, long? acceptedLast)
    {
        if (!File.Exists(path))
        {
            if (IsLoss(0, expectedLast, acceptedLast)) throw IsIncomplete(0, expectedLast);
            if (acceptedLast is null && File.Exists(path + "-wal"))
                throw new InvalidDataException($"{path} is gone, but {path}-wal is there. Restore the file beside it, or begin anew: start once with --accept-database-loss 0");
            new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }).Dispose();
        }
        else if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        // Not pooled: what is refused must be let go.
        using var connection = new SqliteConnection(ConnectionString(path, SqliteOpenMode.ReadWrite, pooling: false));
        connection.Open();
        try
        {
            return Prepare(connection, expectedLast, acceptedLast);
        }
        catch
        {
            // Closing would else move the -wal's good part into the file and delete the rest, of which someone may still save something.
            SQLitePCL.raw.sqlite3_db_config(connection.Handle, NoCheckpointOnClose, 1, out _);
            throw;
        }
    }

    private long Prepare(SqliteConnection connection, long expectedLast, long? acceptedLast)
    {
        var version = connection.ExecuteScalar<int>("PRAGMA user_version");
        if (version == 0 && IsLoss(0, expectedLast, acceptedLast)) throw IsIncomplete(0, expectedLast);
        if (connection.ExecuteScalar<string>("PRAGMA integrity_check(1)") is var finding && finding != "ok") throw IsDamaged(finding ?? "no answer");
        if (version < Migrations.Sqlite.Count || version > Migrations.Sqlite.Count)
        {
            connection.Execute("PRAGMA journal_mode = WAL");
            connection.Execute("PRAGMA synchronous = FULL");
            using var transaction = connection.BeginTransaction();
            Migrate(transaction, Migrations.Sqlite, version, path);
            connection.Execute($"PRAGMA user_version = {Migrations.Sqlite.Count}", transaction: transaction);
            transaction.Commit();
        }

        var last = connection.ExecuteScalar<long>("SELECT count FROM writes");
        if (IsLoss(last, expectedLast, acceptedLast)) throw IsIncomplete(last, expectedLast);
        foreach (var (table, column) in Migrations.JsonColumns)
            if (connection.ExecuteScalar<long>($"SELECT count(*) FROM {table} WHERE NOT json_valid({column})") is > 0 and var count)
                throw IsDamaged($"{count} rows of {table} are not what was written");
        return last;
    }

    private static bool IsLoss(long last, long expectedLast, long? acceptedLast) => last < expectedLast && last != acceptedLast;

    private InvalidDataException IsIncomplete(long last, long expectedLast) => new(
        $"{path} is not whole: write {expectedLast} was made, but {(last == 0 ? "nothing is there now" : $"the last one now is {last}")}; {path} or {path}-wal is damaged or gone. "
        + $"Restore both from a copy, or go on without what is lost: start once with --accept-database-loss {last}");

    private InvalidDataException IsDamaged(string finding, Exception? inner = null) => new(
        $"{path} is damaged ({finding}). Restore it from a copy, or move it away with {path}-wal and start once with --accept-database-loss 0 to begin anew", inner);
}
