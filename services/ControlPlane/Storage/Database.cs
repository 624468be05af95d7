using System.Data.Common;
using Dapper;

namespace DataPlatform.Services.ControlPlane.Storage;

/// <summary>
/// The control plane's database: what people want, who may sign in, and what was done. SQLite in a file of this process's own, or
/// PostgreSQL that several processes share; statements are written so that both understand them.
/// </summary>
public abstract class Database : IDisposable
{
    private volatile DatabaseTrouble? trouble;

    /// <summary>For people; holds no secret.</summary>
    public abstract string Name { get; }

    /// <summary>Other processes may use it too, so that whoever writes must hold the lease.</summary>
    public abstract bool IsShared { get; }

    /// <summary>Why the latest write failed; null when it did not.</summary>
    public DatabaseTrouble? Trouble => trouble;

    /// <summary>In SQL: milliseconds since 1970 by the database's own clock.</summary>
    internal abstract string Now { get; }

    /// <summary>In SQL, at the end of a select: nobody changes a key of these rows until the transaction is over.</summary>
    internal abstract string Held { get; }

    /// <summary>To be closed by the caller.</summary>
    /// <exception cref="DbException">It can't be reached or used.</exception>
    public abstract DbConnection Open();

    /// <summary>A row with the same key is there already: an answer, and no trouble.</summary>
    public abstract bool IsUniqueViolation(DbException error);

    public abstract DatabaseTrouble Explain(DbException error);

    /// <exception cref="DbException">It can't be reached or used.</exception>
    public T Read<T>(Func<DbConnection, T> work)
    {
        using var connection = Open();
        return work(connection);
    }

    /// <summary>One transaction: durable when it returns, undone when anything is thrown.</summary>
    /// <exception cref="DbException">It can't be reached or used; <see cref="Trouble"/> says why until a write succeeds.</exception>
    public T Write<T>(Func<DbTransaction, T> work)
    {
        try
        {
            using var connection = Open();
            using var transaction = connection.BeginTransaction();
            var result = work(transaction);
            Commit(transaction);
            trouble = null;
            return result;
        }
        catch (DbException error) when (!IsUniqueViolation(error))
        {
            trouble = Explain(error);
            throw;
        }
    }

    public virtual void Dispose() => GC.SuppressFinalize(this);

    protected virtual void Commit(DbTransaction transaction) => transaction.Commit();

    /// <summary>Brings the schema to what this program knows.</summary>
    /// <param name="version">How many of them it has been through.</param>
    protected static void Migrate(DbTransaction transaction, IReadOnlyList<string> migrations, int version, string name)
    {
        if (version > migrations.Count)
            throw new InvalidDataException($"{name} was written by a newer control plane (schema {version}, known {migrations.Count}): run that one");
        foreach (var migration in migrations.Skip(version)) transaction.Connection!.Execute(migration, transaction: transaction);
    }
}
