using System.Security.Cryptography;
using System.Text;
using Dapper;

namespace DataPlatform.Services.ControlPlane.Storage;

/// <summary>Who did what. Each entry's hash covers the one before it, so a changed or missing entry shows.</summary>
public sealed class AuditLog(Database database, TimeProvider time)
{
    private readonly Lock writing = new();

    public void Add(string actor, string action, string target, string detail = "")
    {
        lock (writing)
        {
            using var connection = database.Open();
            using var transaction = connection.BeginTransaction();
            var last = connection.QuerySingleOrDefault<Row>("SELECT * FROM audit ORDER BY sequence DESC LIMIT 1", transaction: transaction);
            var entry = new Row((last?.sequence ?? 0) + 1, time.GetUtcNow().ToUnixTimeMilliseconds(), actor, action, target, detail, []);
            connection.Execute(
                "INSERT INTO audit (sequence, at, actor, action, target, detail, hash) VALUES (@sequence, @at, @actor, @action, @target, @detail, @hash)",
                entry with { hash = Hash(last?.hash ?? [], entry) }, transaction);
            transaction.Commit();
        }
    }

    /// <summary>The first entry whose hash does not follow from the one before it; null when the chain holds.</summary>
    public long? FirstBroken()
    {
        using var connection = database.Open();
        byte[] previous = [];
        long expected = 1;
        foreach (var entry in connection.Query<Row>("SELECT * FROM audit ORDER BY sequence", buffered: false))
        {
            if (entry.sequence != expected++ || !Hash(previous, entry).AsSpan().SequenceEqual(entry.hash)) return entry.sequence;
            previous = entry.hash;
        }

        return null;
    }

    private static byte[] Hash(byte[] previous, Row entry) => SHA256.HashData(
        [.. previous, .. Encoding.UTF8.GetBytes(string.Join('\0', entry.sequence, entry.at, entry.actor, entry.action, entry.target, entry.detail))]);

    private sealed record Row(long sequence, long at, string actor, string action, string target, string detail, byte[] hash);
}
