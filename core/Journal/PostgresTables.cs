using Npgsql;

namespace DataPlatform.Core.Journal;

/// <summary>The tables of a journal that several processes share.</summary>
internal static class PostgresTables
{
    private const int FormatVersion = 1;

    // "dpjl": whoever makes the tables waits for whoever does so already.
    private const int PreparingLock = 0x64706A6C;

    public static async Task PrepareAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await ExecuteAsync(connection, transaction, $"SELECT pg_advisory_xact_lock({PreparingLock})", cancellation);
            await ExecuteAsync(connection, transaction, """
                CREATE TABLE IF NOT EXISTS dp_record (sequence bigint PRIMARY KEY, kind integer NOT NULL, body bytea NOT NULL, checksum bigint NOT NULL, epoch bigint NOT NULL);
                CREATE TABLE IF NOT EXISTS dp_snapshot (sequence bigint PRIMARY KEY, kind integer NOT NULL, body bytea NOT NULL, checksum bigint NOT NULL);
                CREATE TABLE IF NOT EXISTS dp_lease (one boolean PRIMARY KEY DEFAULT true CHECK (one), epoch bigint NOT NULL, holder text NOT NULL, expires timestamptz NOT NULL, format integer NOT NULL);
                """ + $"INSERT INTO dp_lease (epoch, holder, expires, format) VALUES (0, '', '-infinity', {FormatVersion}) ON CONFLICT DO NOTHING", cancellation);
            await using var format = new NpgsqlCommand("SELECT format FROM dp_lease", connection, transaction);
            if (await format.ExecuteScalarAsync(cancellation) is int version && version > FormatVersion)
            {
                throw new JournalException(JournalFault.Newer,
                    $"the journal in {connection.Database} has format {version}; this version reads up to {FormatVersion}: run the newer one");
            }

            await transaction.CommitAsync(cancellation);
        }
        catch (NpgsqlException error)
        {
            throw PostgresStore.Unavailable(error);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string text, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(text, connection, transaction);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
