using System.Data.Common;
using System.Text.Json;
using Dapper;

namespace DataPlatform.Services.ControlPlane.Storage;

/// <summary>Blueprints in the database, written together with the clusters that they bring, change and take away.</summary>
public sealed class BlueprintStore(Database database, Lease lease, AuditLog audit)
{
    private const string Columns = "name, title, owner, content, members, number, created_at, changed_at";

    public StoredBlueprint? Find(string name) => Query("name = @name", new { name }).SingleOrDefault();

    /// <summary>By name.</summary>
    public IReadOnlyList<StoredBlueprint> All() => [.. Query("1 = 1", null).OrderBy(blueprint => blueprint.Name, StringComparer.Ordinal)];

    /// <exception cref="DataPlatform.Operators.Sdk.State.LeaseLostException">This control plane does not lead.</exception>
    public BlueprintWriting Write(BlueprintWrite write)
    {
        try
        {
            return audit.Write(transaction =>
            {
                lease.Demand(transaction);
                if (write.Blueprint is { } blueprint) Demand(Put(transaction, blueprint));
                foreach (var cluster in write.Launched) Demand(ClusterStatements.Insert(transaction, cluster));
                foreach (var (before, options, needs, end) in write.Changed)
                {
                    if (options is not null) Demand(ClusterStatements.SetTarget(transaction, before, options, needs, write.At));
                    if (end is { } at) Demand(ClusterStatements.SetExpiry(transaction, before.Id, at));
                }

                foreach (var cluster in write.Deleted) Demand(ClusterStatements.RequestDelete(transaction, cluster.Id, write.At, write.DeleteReason));
                foreach (var entry in write.Audited) audit.Append(transaction, entry);
                return BlueprintWriting.Written;
            });
        }
        catch (OvertakenException)
        {
            return BlueprintWriting.Overtaken;
        }
        catch (DbException error) when (database.IsUniqueViolation(error))
        {
            return BlueprintWriting.Overtaken;
        }
    }

    /// <summary>What was thrown takes all of the transaction back.</summary>
    private static void Demand(bool hasChanged)
    {
        if (!hasChanged) throw new OvertakenException();
    }

    private static bool Put(DbTransaction transaction, StoredBlueprint blueprint) => ClusterStatements.Execute(
        transaction,
        blueprint.Number == 1
            ? $"INSERT INTO blueprints ({Columns}) VALUES (@Name, @Title, @Owner, @Content, @members, 1, @created, @changed)"
            : "UPDATE blueprints SET title = @Title, content = @Content, members = @members, number = @Number, changed_at = @changed WHERE name = @Name AND number = @Number - 1",
        new
        {
            blueprint.Name, blueprint.Title, blueprint.Owner, blueprint.Content, members = JsonSerializer.Serialize(blueprint.Members), blueprint.Number,
            created = blueprint.CreatedAt.ToUnixTimeMilliseconds(), changed = blueprint.ChangedAt.ToUnixTimeMilliseconds(),
        });

    private IReadOnlyList<StoredBlueprint> Query(string where, object? parameters) => database.Read<IReadOnlyList<StoredBlueprint>>(connection =>
        [.. connection.Query<Row>($"SELECT {Columns} FROM blueprints WHERE {where}", parameters).Select(row => row.ToBlueprint())]);

    private sealed class Row
    {
        public string name { get; init; } = "";

        public string title { get; init; } = "";

        public string owner { get; init; } = "";

        public string content { get; init; } = "";

        public string members { get; init; } = "";

        public int number { get; init; }

        public long created_at { get; init; }

        public long changed_at { get; init; }

        public StoredBlueprint ToBlueprint() => new(
            name, title, owner, content, JsonSerializer.Deserialize<IReadOnlyList<BlueprintMember>>(members)!, number,
            DateTimeOffset.FromUnixTimeMilliseconds(created_at), DateTimeOffset.FromUnixTimeMilliseconds(changed_at));
    }

    private sealed class OvertakenException : Exception;
}
