using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Dapper;

namespace DataPlatform.Services.ControlPlane.Storage;

/// <summary>One thing that somebody did.</summary>
public sealed record AuditEntry(string Actor, string Action, string Target, string Detail = "");

/// <summary>Who did what. Each entry's hash covers the one before it, so a changed or missing entry shows.</summary>
public sealed class AuditLog(Database database, TimeProvider time)
{
    private const int MostAttempts = 20;

    public void Add(string actor, string action, string target, string detail = "") => Write(transaction =>
    {
        Append(transaction, new AuditEntry(actor, action, target, detail));
        return true;
    });

    /// <summary>A transaction that adds entries: it is begun anew when another process added one meanwhile.</summary>
    /// <exception cref="DbException">It can't be written, or has a key that is there already.</exception>
    public T Write<T>(Func<DbTransaction, T> work)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return database.Write(work);
            }
            catch (DbException error) when (attempt < MostAttempts && database.IsUniqueViolation(error) && error.Message.Contains("audit", StringComparison.Ordinal))
            {
                // Its place in the chain was taken.
            }
        }
    }

    /// <summary>Within a transaction of <see cref="Write"/>: what was done and the entry are there together or not at all.</summary>
    public void Append(DbTransaction transaction, AuditEntry added)
    {
        var connection = transaction.Connection!;
        var last = connection.QuerySingleOrDefault<Row>("SELECT * FROM audit ORDER BY sequence DESC LIMIT 1", transaction: transaction);
        var entry = new Row((last?.sequence ?? 0) + 1, time.GetUtcNow().ToUnixTimeMilliseconds(), added.Actor, added.Action, added.Target, added.Detail, []);
        connection.Execute(
            "INSERT INTO audit (sequence, at, actor, action, target, detail, hash) VALUES (@sequence, @at, @actor, @action, @target, @detail, @hash)",
            entry with { hash = Hash(last?.hash ?? [], entry) }, transaction);
    }

    /// <summary>What was done, the last first; of whom, what and with what where that is said.</summary>
    /// <param name="before">Only entries before this one.</param>
    public IReadOnlyList<(long Sequence, DateTimeOffset At, AuditEntry Entry)> Read(string? actor, string? action, string? target, long? before, int limit) => database.Read(connection => connection.Query<Row>(
            """
            SELECT * FROM audit
            WHERE (@actor IS NULL OR actor = @actor) AND (@action IS NULL OR action = @action) AND (@target IS NULL OR target = @target) AND sequence < @before
            ORDER BY sequence DESC LIMIT @limit
            """,
            new { actor, action, target, before = before ?? long.MaxValue, limit }))
        .Select(row => (row.sequence, DateTimeOffset.FromUnixTimeMilliseconds(row.at), new AuditEntry(row.actor, row.action, row.target, row.detail))).ToList();

    public long Count() => database.Read(connection => connection.ExecuteScalar<long>("SELECT COUNT(*) FROM audit"));

    /// <summary>The first entry whose hash does not follow from the one before it; null when the chain holds.</summary>
    public long? FirstBroken() => database.Read<long?>(connection =>
    {
        byte[] previous = [];
        long expected = 1;
        foreach (var entry in connection.Query<Row>("SELECT * FROM audit ORDER BY sequence", buffered: false))
        {
            if (entry.sequence != expected++ || !Hash(previous, entry).AsSpan().SequenceEqual(entry.hash)) return entry.sequence;
            previous = entry.hash;
        }

        return null;
    });

    private static byte[] Hash(byte[] previous, Row entry) => SHA256.HashData(
        [.. previous, .. Encoding.UTF8.GetBytes(string.Join('\0', entry.sequence, entry.at, entry.actor, entry.action, entry.target, entry.detail))]);

    private sealed record Row(long sequence, long at, string actor, string action, string target, string detail, byte[] hash);
}
