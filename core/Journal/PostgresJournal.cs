using Npgsql;

namespace DataPlatform.Core.Journal;

/// <summary>
/// A journal in a PostgreSQL database that several processes share. It is written under one epoch of the lease: once another
/// has taken the lease, every append and every snapshot of this one is refused within its own transaction.
/// </summary>
public sealed class PostgresJournal : QueuedJournal
{
    private PostgresJournal(PostgresStore store) : base(store)
    {
    }

    /// <summary>Makes the tables where they are not there yet. Any number of processes may do so at once.</summary>
    /// <exception cref="JournalException">The database can't be reached or used, or a newer version made its tables.</exception>
    public static Task PrepareAsync(NpgsqlDataSource database, CancellationToken cancellation = default) =>
        PostgresTables.PrepareAsync(database, cancellation);

    /// <param name="epoch">Of a lease that this process has taken.</param>
    public static PostgresJournal Open(NpgsqlDataSource database, long epoch) => new(new PostgresStore(database, epoch));
}
