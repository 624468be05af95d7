using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

using Microsoft.Data.Sqlite;

namespace DataPlatform.Operators.Sdk.State;

/// <summary>One SQLite file per operator, readable by its owner only. To be used by one thread at a time.</summary>
public sealed class SqliteOperatorStore : IOperatorStore, IDisposable
{
    private const int KeyBytes = 32;

    private readonly SqliteConnection connection;

    public SqliteOperatorStore(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (!File.Exists(path) && !OperatingSystem.IsWindows())
        {
            using var created = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        Run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
        Run("""
            CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value BLOB) STRICT;
            CREATE TABLE IF NOT EXISTS clusters (cluster_id TEXT PRIMARY KEY, ready_at TEXT, removing INTEGER NOT NULL) STRICT;
            CREATE TABLE IF NOT EXISTS tasks (task_id TEXT PRIMARY KEY, cluster_id TEXT NOT NULL, row TEXT NOT NULL) STRICT;
            CREATE INDEX IF NOT EXISTS tasks_of_cluster ON tasks (cluster_id);
            """);
        Run("INSERT INTO settings (name, value) VALUES ('key', $value) ON CONFLICT DO NOTHING", ("$value", RandomNumberGenerator.GetBytes(KeyBytes)));
    }

    public OperatorMemory Load()
    {
        var framework = Rows("SELECT value FROM settings WHERE name = 'framework'", reader => System.Text.Encoding.UTF8.GetString((byte[])reader.GetValue(0)));
        var key = Rows("SELECT value FROM settings WHERE name = 'key'", reader => (byte[])reader.GetValue(0));
        var clusters = Rows("SELECT cluster_id, ready_at, removing FROM clusters ORDER BY cluster_id", reader => new ClusterFacts(
            reader.GetString(0), reader.IsDBNull(1) ? null : DateTimeOffset.Parse(reader.GetString(1), CultureInfo.InvariantCulture), reader.GetInt64(2) != 0));
        var tasks = Rows("SELECT row FROM tasks ORDER BY rowid", reader => JsonSerializer.Deserialize<TaskRow>(reader.GetString(0))!);
        return new OperatorMemory(framework.FirstOrDefault(), key[0], clusters, tasks);
    }

    public void Write(IReadOnlyList<StoreChange> changes)
    {
        using var transaction = connection.BeginTransaction();
        foreach (var change in changes)
            Write(change);
        transaction.Commit();
    }

    public void Dispose() => connection.Dispose();

    private void Write(StoreChange change)
    {
        switch (change)
        {
            case StoreChange.Framework { Id: { } id }:
                Run("INSERT INTO settings (name, value) VALUES ('framework', $value) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    ("$value", System.Text.Encoding.UTF8.GetBytes(id)));
                break;
            case StoreChange.Framework:
                Run("DELETE FROM settings WHERE name = 'framework'");
                break;
            case StoreChange.Task(var row):
                Run("INSERT INTO tasks (task_id, cluster_id, row) VALUES ($id, $cluster, $row) ON CONFLICT (task_id) DO UPDATE SET row = excluded.row",
                    ("$id", row.TaskId), ("$cluster", row.ClusterId), ("$row", JsonSerializer.Serialize(row)));
                break;
            case StoreChange.Cluster(var facts):
                Run("""
                    INSERT INTO clusters (cluster_id, ready_at, removing) VALUES ($id, $ready, $removing)
                    ON CONFLICT (cluster_id) DO UPDATE SET ready_at = excluded.ready_at, removing = excluded.removing
                    """,
                    ("$id", facts.ClusterId), ("$ready", (object?)facts.ReadyAt?.ToString("O", CultureInfo.InvariantCulture) ?? DBNull.Value), ("$removing", facts.Removing ? 1 : 0));
                break;
            case StoreChange.Forget(var clusterId):
                Run("DELETE FROM tasks WHERE cluster_id = $id", ("$id", clusterId));
                Run("DELETE FROM clusters WHERE cluster_id = $id", ("$id", clusterId));
                break;
            default:
                throw new InvalidOperationException($"unknown change {change.GetType().Name}");
        }
    }

    private void Run(string sql, params (string Name, object Value)[] parameters)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // All texts are constants of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        command.ExecuteNonQuery();
    }

    private List<T> Rows<T>(string sql, Func<SqliteDataReader, T> read)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // All texts are constants of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }
}
