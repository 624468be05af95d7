using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Data.Sqlite;

namespace DataPlatform.Services.ControlPlane.Storage;

/// <summary>Desired clusters in the database; the one place that says which clusters there should be.</summary>
public sealed class ClusterStore(Database database)
{
    private const int UniqueViolation = 19;
    private const string Columns = "id, name, package, version, owner, options, created_at, expires_at, delete_requested_at, delete_reason, deleted_at";

    /// <summary>False when a cluster of that name still lives.</summary>
    public bool TryAdd(DesiredCluster cluster)
    {
        using var connection = database.Open();
        try
        {
            connection.Execute(
                $"INSERT INTO clusters ({Columns}) VALUES (@Id, @Name, @Package, @Version, @Owner, @options, @created, @expires, NULL, NULL, NULL)",
                new
                {
                    cluster.Id, cluster.Name, cluster.Package, cluster.Version, cluster.Owner, options = cluster.Options.ToJsonString(),
                    created = cluster.CreatedAt.ToUnixTimeMilliseconds(), expires = cluster.ExpiresAt.ToUnixTimeMilliseconds(),
                });
            return true;
        }
        catch (SqliteException error) when (error.SqliteErrorCode == UniqueViolation)
        {
            return false;
        }
    }

    /// <summary>The living cluster of that name.</summary>
    public DesiredCluster? Find(string name) => Query("name = @name AND deleted_at IS NULL", new { name }).SingleOrDefault();

    public DesiredCluster? FindById(string id) => Query("id = @id", new { id }).SingleOrDefault();

    /// <summary>All that live, those being deleted included, oldest first.</summary>
    public IReadOnlyList<DesiredCluster> Living() => Query("deleted_at IS NULL", null);

    /// <summary>The latest that were deleted, newest first.</summary>
    public IReadOnlyList<DesiredCluster> Deleted(int count) =>
        [.. Query("deleted_at IS NOT NULL", null).OrderByDescending(cluster => cluster.DeletedAt).Take(count)];

    public void SetExpiry(string id, DateTimeOffset expiresAt) =>
        Execute("UPDATE clusters SET expires_at = @at WHERE id = @id", new { id, at = expiresAt.ToUnixTimeMilliseconds() });

    /// <summary>Asks for deletion; false when that had been asked before.</summary>
    public bool RequestDelete(string id, DateTimeOffset at, string reason) =>
        Execute("UPDATE clusters SET delete_requested_at = @at, delete_reason = @reason WHERE id = @id AND delete_requested_at IS NULL",
            new { id, at = at.ToUnixTimeMilliseconds(), reason }) == 1;

    public bool MarkDeleted(string id, DateTimeOffset at) =>
        Execute("UPDATE clusters SET deleted_at = @at WHERE id = @id AND deleted_at IS NULL", new { id, at = at.ToUnixTimeMilliseconds() }) == 1;

    public int ForgetDeletedBefore(DateTimeOffset limit) =>
        Execute("DELETE FROM clusters WHERE deleted_at < @limit", new { limit = limit.ToUnixTimeMilliseconds() });

    private int Execute(string sql, object parameters)
    {
        using var connection = database.Open();
        return connection.Execute(sql, parameters);
    }

    private IReadOnlyList<DesiredCluster> Query(string where, object? parameters)
    {
        using var connection = database.Open();
        return [.. connection.Query<Row>($"SELECT {Columns} FROM clusters WHERE {where} ORDER BY created_at, id", parameters).Select(row => row.ToCluster())];
    }

    private sealed record Row(
        string id, string name, string package, string version, string owner, string options, long created_at, long expires_at,
        long? delete_requested_at, string? delete_reason, long? deleted_at)
    {
        public DesiredCluster ToCluster() => new(
            id, name, package, version, owner, JsonNode.Parse(options)!.AsObject(), Time(created_at), Time(expires_at),
            delete_requested_at is { } requested ? Time(requested) : null, delete_reason, deleted_at is { } deleted ? Time(deleted) : null);

        private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    }
}
