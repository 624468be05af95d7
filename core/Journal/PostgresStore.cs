using Npgsql;
using NpgsqlTypes;

namespace DataPlatform.Core.Journal;

/// <summary>
/// The tables, written under one epoch. Every write locks the lease's row against being taken, and finds the epoch in it or
/// writes nothing: whoever takes the lease waits for a write under way and then reads all of it.
/// </summary>
internal sealed class PostgresStore(NpgsqlDataSource database, long epoch) : IJournalStore
{
    private const string OwnLease = "SELECT 1 FROM dp_lease WHERE epoch = $1 FOR SHARE";

    private NpgsqlConnection? connection;
    private long last;
    private long snapshot;

    public string Name => "the journal in PostgreSQL";

    public JournalContents Read()
    {
        // One picture of both tables, though another may shorten the journal meanwhile.
        using var transaction = Connection().BeginTransaction(System.Data.IsolationLevel.RepeatableRead);
        var found = Select("SELECT sequence, kind, body, checksum FROM dp_snapshot", transaction).SingleOrDefault();
        var records = Select("SELECT sequence, kind, body, checksum FROM dp_record ORDER BY sequence", transaction);
        var expected = found?.Sequence ?? 0;
        foreach (var record in records)
        {
            if (record.Sequence != ++expected)
                throw Damaged($"record {expected} is missing before record {record.Sequence}");
        }

        (snapshot, last) = (found?.Sequence ?? 0, expected);
        return new JournalContents(found, records);
    }

    public IReadOnlyList<long> Append(IReadOnlyList<IReadOnlyList<JournalEntry>> groups) => OrReadAgain(() => Write(groups));

    public void Compact(long upToSequence, JournalEntry entry) => OrReadAgain(() =>
    {
        Shorten(upToSequence, entry);
        return upToSequence;
    });

    private List<long> Write(IReadOnlyList<IReadOnlyList<JournalEntry>> groups)
    {
        var open = Connection();
        var entries = groups.SelectMany(group => group).ToList();
        var lasts = new List<long>(groups.Count);
        foreach (var group in groups)
            lasts.Add((lasts.Count == 0 ? last : lasts[^1]) + group.Count);
        if (entries.Count == 0)
            return lasts;
        var bodies = entries.Select(entry => entry.Body.ToArray()).ToArray();
        var sequences = Enumerable.Range(1, entries.Count).Select(ahead => last + ahead).ToArray();
        using var insert = new NpgsqlCommand($"""
            WITH own AS ({OwnLease})
            INSERT INTO dp_record (sequence, kind, body, checksum, epoch)
            SELECT record.sequence, record.kind, record.body, record.checksum, $1
            FROM unnest($2, $3, $4, $5) AS record (sequence, kind, body, checksum), own
            """, open);
        insert.Parameters.Add(new() { Value = epoch, NpgsqlDbType = NpgsqlDbType.Bigint });
        insert.Parameters.Add(new() { Value = sequences, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        insert.Parameters.Add(new() { Value = entries.Select(entry => entry.Kind).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        insert.Parameters.Add(new() { Value = bodies, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        insert.Parameters.Add(new()
        {
            Value = entries.Select((entry, place) => JournalChecksum.Of(sequences[place], entry.Kind, bodies[place])).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint,
        });
        if (insert.ExecuteNonQuery() != entries.Count)
            throw Deposed();
        last = sequences[^1];
        return lasts;
    }

    private void Shorten(long upToSequence, JournalEntry entry)
    {
        var open = Connection();
        if (upToSequence > last || upToSequence <= snapshot)
        {
            throw new ArgumentOutOfRangeException(nameof(upToSequence), upToSequence,
                $"a snapshot may stand for records {snapshot + 1} to {last}");
        }

        // One statement: a transaction of several would hold the lease's row, and nobody could take it, for as long as the database waits for the
        // next one of a master that is cut off.
        using var replace = new NpgsqlCommand($"""
            WITH own AS ({OwnLease}),
                before AS (DELETE FROM dp_snapshot WHERE EXISTS (SELECT FROM own)),
                stood_for AS (DELETE FROM dp_record WHERE sequence <= $2 AND EXISTS (SELECT FROM own))
            INSERT INTO dp_snapshot (sequence, kind, body, checksum) SELECT $2, $3, $4, $5 FROM own
            """, open);
        var body = entry.Body.ToArray();
        replace.Parameters.Add(new() { Value = epoch, NpgsqlDbType = NpgsqlDbType.Bigint });
        replace.Parameters.Add(new() { Value = upToSequence, NpgsqlDbType = NpgsqlDbType.Bigint });
        replace.Parameters.Add(new() { Value = entry.Kind, NpgsqlDbType = NpgsqlDbType.Integer });
        replace.Parameters.Add(new() { Value = body, NpgsqlDbType = NpgsqlDbType.Bytea });
        replace.Parameters.Add(new() { Value = JournalChecksum.Of(upToSequence, entry.Kind, body), NpgsqlDbType = NpgsqlDbType.Bigint });
        if (replace.ExecuteNonQuery() == 0)
            throw Deposed();
        snapshot = upToSequence;
    }

    public Exception Explain(Exception error) => error is NpgsqlException postgres ? Unavailable(postgres) : error;

    public void Dispose() => Close();

    public static JournalException Unavailable(NpgsqlException error) => new(JournalFault.Unavailable,
        $"the journal in PostgreSQL cannot be used: {(error as PostgresException)?.MessageText ?? error.Message}", error);

    /// <summary>After an error nobody knows whether it was written: where the journal ends is then read again, on a new connection.</summary>
    private T OrReadAgain<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (NpgsqlException)
        {
            Close();
            throw;
        }
    }

    private NpgsqlConnection Connection()
    {
        if (connection is { FullState: System.Data.ConnectionState.Open } open)
            return open;
        Close();
        var opened = database.OpenConnection();
        try
        {
            using var ends = new NpgsqlCommand(
                "SELECT coalesce(max(sequence), 0), (SELECT coalesce(max(sequence), 0) FROM dp_record) FROM dp_snapshot", opened);
            using var row = ends.ExecuteReader();
            row.Read();
            snapshot = row.GetInt64(0);
            last = Math.Max(snapshot, row.GetInt64(1));
        }
        catch
        {
            opened.Dispose();
            throw;
        }

        return connection = opened;
    }

    private void Close()
    {
        try
        {
            connection?.Dispose();
        }
        catch (NpgsqlException)
        {
            // It broke meanwhile, and is closed by that.
        }

        connection = null;
    }

    private List<JournalRecord> Select(string text, NpgsqlTransaction transaction)
    {
        using var select = new NpgsqlCommand(text, transaction.Connection, transaction);
        return JournalRows.Read(select, Damaged);
    }

    private static JournalException Damaged(string finding) => new(JournalFault.Damaged,
        $"the journal in PostgreSQL is damaged ({finding}); restore the database from a copy");

    private static JournalException Deposed() => new(JournalFault.Deposed,
        "another process leads now and writes the journal; nothing of this was written");
}
