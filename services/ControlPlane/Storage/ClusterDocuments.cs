using System.Data.Common;
using Dapper;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Services.ControlPlane.Storage;

/// <summary>What clusters' schedulers remember, in the database; written by the control plane that leads, and by no other. Thread safe.</summary>
public sealed class ClusterDocuments(Database database, Lease lease) : IClusterDocuments
{
    private const string OfCluster = "cluster_id = @clusterId";

    public IReadOnlyList<ClusterDocument> Load(string clusterId) => database.Read<IReadOnlyList<ClusterDocument>>(connection =>
    [
        .. connection.Query<ClusterDocument>($"SELECT kind, key, content FROM scheduler_documents WHERE {OfCluster}", new { clusterId })
            .OrderBy(document => document.Kind, StringComparer.Ordinal).ThenBy(document => document.Key, StringComparer.Ordinal),
    ]);

    public void Write(string clusterId, IReadOnlyList<DocumentChange> changes) => database.Write(transaction =>
    {
        lease.Demand(transaction);
        foreach (var change in changes) Write(transaction, clusterId, change);
        return changes.Count;
    });

    private static void Write(DbTransaction transaction, string clusterId, DocumentChange change)
    {
        var (sql, parameters) = change switch
        {
            DocumentChange.Put(var (kind, key, content)) => (
                """
                INSERT INTO scheduler_documents (cluster_id, kind, key, content) VALUES (@clusterId, @kind, @key, @content)
                ON CONFLICT (cluster_id, kind, key) DO UPDATE SET content = excluded.content
                """,
                new { clusterId, kind, key, content }),
            DocumentChange.Remove(var kind, var key) => ($"DELETE FROM scheduler_documents WHERE {OfCluster} AND kind = @kind AND key = @key", (object)new { clusterId, kind, key }),
            DocumentChange.Forget => ($"DELETE FROM scheduler_documents WHERE {OfCluster}", new { clusterId }),
            _ => throw new InvalidOperationException($"unknown change {change.GetType().Name}"),
        };
        transaction.Connection!.Execute(sql, parameters, transaction);
    }
}
