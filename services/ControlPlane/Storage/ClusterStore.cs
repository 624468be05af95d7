using System.Data.Common;
using System.Text.Json.Nodes;
using Dapper;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Services.ControlPlane.Storage;

/// <summary>
/// Desired clusters in the database; the one place that says which clusters there should be. Written by the control plane that leads, and
/// by no other; what was audited is written with the change or not at all.
/// </summary>
public sealed class ClusterStore(Database database, Lease lease, AuditLog audit)
{
    private const string Columns = "id, name, package, version, owner, options, created_at, expires_at, delete_requested_at, delete_reason, deleted_at";

    /// <summary>False when a cluster of that name still lives.</summary>
    /// <exception cref="LeaseLostException">This control plane does not lead; so for every change.</exception>
    public bool TryAdd(DesiredCluster cluster, AuditEntry? audited = null)
    {
        try
        {
            return Change(
                $"INSERT INTO clusters ({Columns}) VALUES (@Id, @Name, @Package, @Version, @Owner, @options, @created, @expires, NULL, NULL, NULL)",
                new
                {
                    cluster.Id, cluster.Name, cluster.Package, cluster.Version, cluster.Owner, options = cluster.Options.ToJsonString(),
                    created = cluster.CreatedAt.ToUnixTimeMilliseconds(), expires = cluster.ExpiresAt.ToUnixTimeMilliseconds(),
                },
                audited);
        }
        catch (DbException error) when (database.IsUniqueViolation(error))
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

    public void SetExpiry(string id, DateTimeOffset expiresAt, AuditEntry? audited = null) =>
        Change("UPDATE clusters SET expires_at = @at WHERE id = @id", new { id, at = expiresAt.ToUnixTimeMilliseconds() }, audited);

    /// <summary>Asks for deletion; false when that had been asked before.</summary>
    public bool RequestDelete(string id, DateTimeOffset at, string reason, AuditEntry? audited = null) =>
        Change("UPDATE clusters SET delete_requested_at = @at, delete_reason = @reason WHERE id = @id AND delete_requested_at IS NULL",
            new { id, at = at.ToUnixTimeMilliseconds(), reason }, audited);

    public bool MarkDeleted(string id, DateTimeOffset at, AuditEntry? audited = null) =>
        Change("UPDATE clusters SET deleted_at = @at WHERE id = @id AND deleted_at IS NULL", new { id, at = at.ToUnixTimeMilliseconds() }, audited);

    public void ForgetDeletedBefore(DateTimeOffset limit) =>
        Change("DELETE FROM clusters WHERE deleted_at < @limit", new { limit = limit.ToUnixTimeMilliseconds() });

    /// <summary>False when it changed nothing; then nothing is audited either.</summary>
    private bool Change(string sql, object parameters, AuditEntry? audited = null) => audit.Write(transaction =>
    {
        lease.Demand(transaction);
        if (transaction.Connection!.Execute(sql, parameters, transaction) == 0) return false;
        if (audited is not null) audit.Append(transaction, audited);
        return true;
    });

    private IReadOnlyList<DesiredCluster> Query(string where, object? parameters) =>
        database.Read<IReadOnlyList<DesiredCluster>>(connection =>
            [.. connection.Query<Row>($"SELECT {Columns} FROM clusters WHERE {where} ORDER BY created_at, id", parameters).Select(row => row.ToCluster())]);

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
