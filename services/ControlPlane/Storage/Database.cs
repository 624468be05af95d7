using Dapper;
using Microsoft.Data.Sqlite;

namespace DataPlatform.Services.ControlPlane.Storage;

/// <summary>The control plane's database: what people want, who may sign in, and what was done.</summary>
public sealed class Database
{
    private readonly string connectionString;

    public Database(string path)
    {
        connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = true, DefaultTimeout = 10 }.ToString();
        using var connection = Open();
        connection.Execute("PRAGMA journal_mode = WAL");
        var version = connection.ExecuteScalar<int>("PRAGMA user_version");
        if (version > Migrations.All.Count)
            throw new InvalidOperationException($"{path} was written by a newer control plane (schema {version}, known {Migrations.All.Count})");
        for (; version < Migrations.All.Count; version++)
        {
            using var transaction = connection.BeginTransaction();
            connection.Execute(Migrations.All[version], transaction: transaction);
            connection.Execute($"PRAGMA user_version = {version + 1}", transaction: transaction);
            transaction.Commit();
        }

        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public SqliteConnection Open()
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        return connection;
    }
}
