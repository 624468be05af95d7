using Microsoft.Data.Sqlite;

namespace DataPlatform.Core.Journal;

/// <summary>The tables. Used by one thread at a time.</summary>
internal sealed class SqliteStore : IJournalStore
{
    // "dpjl": tells a journal from any other SQLite file.
    private const int ApplicationId = 0x64706A6C;
    private const int FormatVersion = 1;
    private const int SqliteDamaged = 11;
    private const int SqliteFull = 13;
    private const int SqliteNoDatabase = 26;

    // SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE
    private const int NoCheckpointOnClose = 1006;

    private readonly string _path;
    private readonly SqliteConnection _connection;
    private OwnerLock? _lock;
    private JournalMarker? _marker;
    private long _last;
    private long _snapshot;

    private SqliteStore(string path, SqliteConnection connection) => (_path, _connection) = (path, connection);

    public string Name => _path;

    /// <param name="ownerLock">Let go with the store; the caller's again when this fails.</param>
    /// <param name="acceptedLast">The last record that a person wants to go on from, whatever was written after it.</param>
    public static SqliteStore Open(string path, OwnerLock ownerLock, long? acceptedLast)
    {
        try
        {
            var store = Open(path, JournalMarker.Read(path) ?? 0, acceptedLast);
            store._marker = JournalMarker.Open(path);
            store._marker.Write(store._last, sync: true);
            store._lock = ownerLock;
            return store;
        }
        catch (IOException error)
        {
            throw new JournalException(JournalFault.Unavailable, $"{JournalMarker.PathOf(path)} cannot be used: {error.Message}", error);
        }
    }

    /// <param name="expectedLast">The record that is known to have been written; 0 when none is.</param>
    private static SqliteStore Open(string path, long expectedLast, long? acceptedLast)
    {
        if (!File.Exists(path) && IsLoss(0, expectedLast, acceptedLast))
            throw Incomplete(path, 0, expectedLast);
        // Not pooled: a pooled connection would keep the file open after the journal is closed.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        var store = new SqliteStore(path, connection);
        try
        {
            if (!File.Exists(path))
                new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }).Dispose();
            connection.Open();
            store.Prepare(expectedLast, acceptedLast);
            return store;
        }
        catch (SqliteException error)
        {
            connection.Dispose();
            throw Explain(path, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            connection.Dispose();
            throw new JournalException(JournalFault.Unavailable, $"{path} cannot be opened: {error.Message}", error);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public JournalContents Read()
    {
        JournalRecord? snapshot = null;
        foreach (var record in Select("SELECT sequence, kind, body, checksum FROM snapshot"))
            snapshot = record;
        var records = Select("SELECT sequence, kind, body, checksum FROM record ORDER BY sequence");
        var expected = snapshot?.Sequence ?? 0;
        foreach (var record in records)
        {
            if (record.Sequence != ++expected)
                throw Damaged($"record {expected} is missing before record {record.Sequence}");
        }

        return new JournalContents(snapshot, records);
    }

    /// <returns>For each group the sequence of its last entry.</returns>
    public IReadOnlyList<long> Append(IReadOnlyList<IReadOnlyList<JournalEntry>> groups)
    {
        var lasts = new List<long>(groups.Count);
        var last = _last;
        using var transaction = _connection.BeginTransaction();
        using var insert = Command("INSERT INTO record (sequence, kind, body, checksum) VALUES ($sequence, $kind, $body, $checksum)", transaction);
        var (sequence, kind, body, checksum) = Parameters(insert);
        foreach (var group in groups)
        {
            foreach (var entry in group)
            {
                var bytes = entry.Body.ToArray();
                (sequence.Value, kind.Value, body.Value, checksum.Value) = (++last, entry.Kind, bytes, JournalChecksum.Of(last, entry.Kind, bytes));
                insert.ExecuteNonQuery();
            }

            lasts.Add(last);
        }

        if (last != _last)
            transaction.Commit();
        _last = last;
        _marker?.Write(last);
        return lasts;
    }

    public void Compact(long upToSequence, JournalEntry entry)
    {
        if (upToSequence > _last || upToSequence <= _snapshot)
        {
            throw new ArgumentOutOfRangeException(nameof(upToSequence), upToSequence,
                $"a snapshot may stand for records {_snapshot + 1} to {_last}");
        }

        using (var transaction = _connection.BeginTransaction())
        {
            Execute("DELETE FROM snapshot", transaction);
            using var insert = Command("INSERT INTO snapshot (sequence, kind, body, checksum) VALUES ($sequence, $kind, $body, $checksum)", transaction);
            var (sequence, kind, body, checksum) = Parameters(insert);
            var bytes = entry.Body.ToArray();
            (sequence.Value, kind.Value, body.Value, checksum.Value) = (upToSequence, entry.Kind, bytes, JournalChecksum.Of(upToSequence, entry.Kind, bytes));
            insert.ExecuteNonQuery();
            using var delete = Command("DELETE FROM record WHERE sequence <= $sequence", transaction);
            delete.Parameters.AddWithValue("$sequence", upToSequence);
            delete.ExecuteNonQuery();
            transaction.Commit();
        }

        _snapshot = upToSequence;
        // Gives the space back; what was committed does not depend on it.
        Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        Execute("PRAGMA incremental_vacuum");
    }

    public void Dispose()
    {
        _marker?.Write(_last, sync: true);
        _connection.Dispose();
        _marker?.Dispose();
        _lock?.Dispose();
    }

    public Exception Explain(Exception error) => error is SqliteException sqlite ? Explain(_path, sqlite) : error;

    private static JournalException Explain(string path, SqliteException error) => error.SqliteErrorCode switch
    {
        SqliteDamaged or SqliteNoDatabase => new JournalException(JournalFault.Damaged,
            $"{path} is damaged ({error.Message}); restore it from a copy, or move it away and start once with --accept-journal-loss 0 to begin anew", error),
        SqliteFull => new JournalException(JournalFault.Unavailable, $"{path} cannot grow: the disk is full", error),
        _ => new JournalException(JournalFault.Unavailable, $"{path} cannot be used: {error.Message}", error),
    };

    private void Prepare(long expectedLast, long? acceptedLast)
    {
        Execute("PRAGMA locking_mode = EXCLUSIVE");
        var isNew = Scalar("PRAGMA schema_version") == 0;
        if (isNew && IsLoss(0, expectedLast, acceptedLast))
            throw LeaveAsItIs(Incomplete(_path, 0, expectedLast));
        if (isNew)
            Execute("PRAGMA auto_vacuum = INCREMENTAL");
        Execute("PRAGMA journal_mode = WAL");
        Execute("PRAGMA synchronous = FULL");
        if (isNew)
            Create();
        else
            Check();
        _snapshot = Scalar("SELECT coalesce(max(sequence), 0) FROM snapshot");
        _last = Math.Max(_snapshot, Scalar("SELECT coalesce(max(sequence), 0) FROM record"));
        if (IsLoss(_last, expectedLast, acceptedLast))
            throw LeaveAsItIs(Incomplete(_path, _last, expectedLast));
    }

    private static bool IsLoss(long last, long expectedLast, long? acceptedLast) => last < expectedLast && last != acceptedLast;

    private static JournalException Incomplete(string path, long last, long expectedLast) => new(JournalFault.Damaged,
        $"{path} is not whole: record {expectedLast} was written, but {(last == 0 ? "there is none now" : $"the last one now is {last}")}; {path} or {path}-wal is damaged or gone. "
        + $"Restore both from a copy, or go on without what is lost: start once with --accept-journal-loss {last}");

    // Closing would else move the -wal's good part into the file and delete the rest, of which someone may still save something.
    private JournalException LeaveAsItIs(JournalException refusal)
    {
        SQLitePCL.raw.sqlite3_db_config(_connection.Handle, NoCheckpointOnClose, 1, out _);
        return refusal;
    }

    private void Create()
    {
        using var transaction = _connection.BeginTransaction();
        foreach (var table in (string[])["record", "snapshot"])
            Execute($"CREATE TABLE {table} (sequence INTEGER PRIMARY KEY, kind INTEGER NOT NULL, body BLOB NOT NULL, checksum INTEGER NOT NULL) STRICT", transaction);
        Execute($"PRAGMA application_id = {ApplicationId}", transaction);
        Execute($"PRAGMA user_version = {FormatVersion}", transaction);
        transaction.Commit();
    }

    private void Check()
    {
        if (Scalar("PRAGMA application_id") != ApplicationId)
            throw new JournalException(JournalFault.Damaged, $"{_path} is a database, but no journal; choose another directory");
        if (Scalar("PRAGMA user_version") is var version && version > FormatVersion)
            throw new JournalException(JournalFault.Newer, $"{_path} has format {version}; this version reads up to {FormatVersion}: run the newer one");
        using var check = Command("PRAGMA quick_check(1)");
        if (check.ExecuteScalar() is string finding && finding != "ok")
            throw Damaged(finding);
    }

    private List<JournalRecord> Select(string text)
    {
        using var select = Command(text);
        return JournalRows.Read(select, Damaged);
    }

    private JournalException Damaged(string finding) => new(JournalFault.Damaged,
        $"{_path} is damaged ({finding}); restore it from a copy, or move it away and start once with --accept-journal-loss 0 to begin anew");

    private SqliteCommand Command(string text, SqliteTransaction? transaction = null)
    {
        var command = _connection.CreateCommand();
        command.CommandText = text;
        command.Transaction = transaction;
        return command;
    }

    private void Execute(string text, SqliteTransaction? transaction = null)
    {
        using var command = Command(text, transaction);
        command.ExecuteNonQuery();
    }

    private long Scalar(string text)
    {
        using var command = Command(text);
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static (SqliteParameter Sequence, SqliteParameter Kind, SqliteParameter Body, SqliteParameter Checksum) Parameters(SqliteCommand command) => (
        command.Parameters.Add("$sequence", SqliteType.Integer),
        command.Parameters.Add("$kind", SqliteType.Integer),
        command.Parameters.Add("$body", SqliteType.Blob),
        command.Parameters.Add("$checksum", SqliteType.Integer));
}
