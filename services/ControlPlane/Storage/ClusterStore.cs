using System.Data.Common;
using System.Text.Json;
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
    private const string Columns = ClusterStatements.Columns;

    /// <summary>False when a cluster of that name still lives.</summary>
    /// <exception cref="LeaseLostException">This control plane does not lead; so for every change.</exception>
    public bool TryAdd(DesiredCluster cluster, AuditEntry? audited = null)
    {
        try
        {
            return Change(transaction => ClusterStatements.Insert(transaction, cluster), audited);
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

    /// <summary>The last of that name that was deleted, as long as it is remembered.</summary>
    public DesiredCluster? LastDeleted(string name) => Query("name = @name AND deleted_at IS NOT NULL", new { name }).MaxBy(cluster => cluster.DeletedAt);

    public void SetExpiry(string id, DateTimeOffset expiresAt, AuditEntry? audited = null) => Change(transaction => ClusterStatements.SetExpiry(transaction, id, expiresAt), audited);

    /// <summary>Asks for deletion; false when that had been asked before.</summary>
    public bool RequestDelete(string id, DateTimeOffset at, string reason, AuditEntry? audited = null) =>
        Change(transaction => ClusterStatements.RequestDelete(transaction, id, at, reason), audited);

    /// <summary>The next target, with these options; what was forced or left out of the plan before ends with it.</summary>
    /// <returns>False when another change came first, or the cluster is being deleted.</returns>
    public bool SetTarget(DesiredCluster before, JsonObject options, DateTimeOffset at, AuditEntry audited) =>
        Change(transaction => ClusterStatements.SetTarget(transaction, before, options, before.Needs, at), audited);

    /// <returns>False when another change came first, or the cluster is being deleted.</returns>
    public bool SetAim(DesiredCluster before, ClusterAim aim, AuditEntry audited) => Change(
        transaction => ClusterStatements.Execute(
            transaction, "UPDATE clusters SET aim = @aim WHERE id = @Id AND aim = @was AND delete_requested_at IS NULL",
            new { before.Id, aim = ClusterStatements.Text(aim), was = ClusterStatements.Text(before.Aim) }),
        audited);

    public bool MarkDeleted(string id, DateTimeOffset at, AuditEntry? audited = null) => Change(transaction => ClusterStatements.MarkDeleted(transaction, id, at), audited);

    public void ForgetDeletedBefore(DateTimeOffset limit) => Change(
        transaction => ClusterStatements.Execute(
            transaction,
            """
            DELETE FROM earlier_targets WHERE cluster_id IN (SELECT id FROM clusters WHERE deleted_at < @limit);
            DELETE FROM clusters WHERE deleted_at < @limit
            """,
            new { limit = limit.ToUnixTimeMilliseconds() }));

    /// <summary>False when it changed nothing; then nothing is audited either.</summary>
    private bool Change(Func<DbTransaction, bool> change, AuditEntry? audited = null) => audit.Write(transaction =>
    {
        lease.Demand(transaction);
        if (!change(transaction)) return false;
        if (audited is not null) audit.Append(transaction, audited);
        return true;
    });

    private IReadOnlyList<DesiredCluster> Query(string where, object? parameters) => database.Read<IReadOnlyList<DesiredCluster>>(connection =>
    {
        var rows = connection.Query<Row>($"SELECT {Columns} FROM clusters WHERE {where} ORDER BY created_at, id", parameters).ToList();
        // Few clusters have ever been changed, and those few seldom.
        var earlier = rows.Exists(row => row.target > 1)
            ? connection.Query<TargetRow>($"SELECT cluster_id, number, options, at FROM earlier_targets WHERE cluster_id IN (SELECT id FROM clusters WHERE {where}) ORDER BY number", parameters)
                .ToLookup(row => row.cluster_id)
            : Array.Empty<TargetRow>().ToLookup(row => row.cluster_id);
        return [.. rows.Select(row => row.ToCluster([.. earlier[row.id].Select(target => target.ToTarget())]))];
    });

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    // A class with properties, as the databases differ in the width of their numbers.
    private sealed class Row
    {
        public string id { get; init; } = "";

        public string name { get; init; } = "";

        public string package { get; init; } = "";

        public string version { get; init; } = "";

        public string owner { get; init; } = "";

        public string options { get; init; } = "";

        public long created_at { get; init; }

        public long expires_at { get; init; }

        public long? delete_requested_at { get; init; }

        public string? delete_reason { get; init; }

        public long? deleted_at { get; init; }

        public int target { get; init; }

        public long? target_at { get; init; }

        public string aim { get; init; } = "";

        public string needs { get; init; } = "";

        public string? blueprint { get; init; }

        public DesiredCluster ToCluster(IReadOnlyList<EarlierTarget> earlier) => new(
            id, name, package, version, owner, JsonNode.Parse(options)!.AsObject(), Time(created_at), Time(expires_at),
            delete_requested_at is { } requested ? Time(requested) : null, delete_reason, deleted_at is { } deleted ? Time(deleted) : null)
        {
            Target = target, TargetAt = Time(target_at ?? created_at), Earlier = earlier, Aim = JsonSerializer.Deserialize<ClusterAim>(aim)!,
            Needs = JsonSerializer.Deserialize<IReadOnlyList<string>>(needs)!, Blueprint = blueprint,
        };
    }

    private sealed class TargetRow
    {
        public string cluster_id { get; init; } = "";

        public int number { get; init; }

        public string options { get; init; } = "";

        public long at { get; init; }

        public EarlierTarget ToTarget() => new(number, JsonNode.Parse(options)!.AsObject(), Time(at));
    }
}
