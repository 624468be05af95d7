using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;

namespace DataPlatform.Services.ControlPlane.Storage;

/// <summary>What a transaction may do to desired clusters. Each says whether it changed anything.</summary>
internal static class ClusterStatements
{
    public const string Columns = "id, name, package, version, owner, options, created_at, expires_at, delete_requested_at, delete_reason, deleted_at, target, target_at, aim, needs, blueprint";

    public static bool Insert(DbTransaction transaction, DesiredCluster cluster) => Execute(
        transaction,
        $"INSERT INTO clusters ({Columns}) VALUES (@Id, @Name, @Package, @Version, @Owner, @options, @created, @expires, NULL, NULL, NULL, 1, @created, @aim, @needs, @Blueprint)",
        new
        {
            cluster.Id, cluster.Name, cluster.Package, cluster.Version, cluster.Owner, options = cluster.Options.ToJsonString(), cluster.Blueprint,
            created = cluster.CreatedAt.ToUnixTimeMilliseconds(), expires = cluster.ExpiresAt.ToUnixTimeMilliseconds(), aim = Text(cluster.Aim), needs = JsonSerializer.Serialize(cluster.Needs),
        });

    /// <summary>The next target; what was forced or left out of the plan before ends with it.</summary>
    public static bool SetTarget(DbTransaction transaction, DesiredCluster before, JsonObject options, IReadOnlyList<string> needs, DateTimeOffset at) =>
        Execute(
            transaction,
            """
            UPDATE clusters SET options = @options, needs = @needs, target = target + 1, target_at = @at, aim = @aim
            WHERE id = @Id AND target = @Target AND aim = @was AND delete_requested_at IS NULL
            """,
            new
            {
                before.Id, before.Target, options = options.ToJsonString(), needs = JsonSerializer.Serialize(needs), at = at.ToUnixTimeMilliseconds(), was = Text(before.Aim),
                aim = Text(before.Aim with { Forced = [], Skipped = [] }),
            })
        && Execute(
            transaction, "INSERT INTO earlier_targets (cluster_id, number, options, at) VALUES (@Id, @Target, @options, @at)",
            new { before.Id, before.Target, options = before.Options.ToJsonString(), at = before.TargetAt.ToUnixTimeMilliseconds() });

    public static bool SetExpiry(DbTransaction transaction, string id, DateTimeOffset expiresAt) =>
        Execute(transaction, "UPDATE clusters SET expires_at = @at WHERE id = @id", new { id, at = expiresAt.ToUnixTimeMilliseconds() });

    public static bool RequestDelete(DbTransaction transaction, string id, DateTimeOffset at, string reason) => Execute(
        transaction, "UPDATE clusters SET delete_requested_at = @at, delete_reason = @reason WHERE id = @id AND delete_requested_at IS NULL",
        new { id, at = at.ToUnixTimeMilliseconds(), reason });

    /// <summary>A blueprint is there as long as one of its clusters.</summary>
    public static bool MarkDeleted(DbTransaction transaction, string id, DateTimeOffset at)
    {
        if (!Execute(transaction, "UPDATE clusters SET deleted_at = @at WHERE id = @id AND deleted_at IS NULL", new { id, at = at.ToUnixTimeMilliseconds() })) return false;
        Execute(
            transaction,
            """
            DELETE FROM blueprints WHERE name = (SELECT blueprint FROM clusters WHERE id = @id)
            AND NOT EXISTS (SELECT 1 FROM clusters WHERE blueprint = blueprints.name AND deleted_at IS NULL)
            """,
            new { id });
        return true;
    }

    public static string Text(ClusterAim aim) => JsonSerializer.Serialize(aim);

    public static bool Execute(DbTransaction transaction, string sql, object parameters) => transaction.Connection!.Execute(sql, parameters, transaction) > 0;
}
