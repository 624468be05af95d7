using Npgsql;
using NpgsqlTypes;

namespace DataPlatform.Core.Journal;

/// <summary>Who leads: the address that others are sent to, and when the lease ends unless it is renewed.</summary>
public sealed record Leader(string Address, long Epoch);

/// <summary>
/// Which of several processes leads, in one row of the database: whoever takes the lease gets a new epoch, and a journal
/// writes under the newest epoch only, so whoever led before can't write any more, whatever it believes.
/// </summary>
/// <remarks>Leases end by the database's clock; whether this process may still act, it measures on its own clock that nobody sets.</remarks>
public sealed class PostgresLease(NpgsqlDataSource database, string address, TimeSpan length, TimeProvider time)
{
    private long validUntil = long.MinValue;

    /// <summary>0 when it was never taken.</summary>
    public long Epoch { get; private set; }

    /// <summary>False from a moment on that is before the one at which another may lead.</summary>
    public bool IsValid => Remaining > TimeSpan.Zero;

    /// <summary>How long this process may still act unless it renews.</summary>
    public TimeSpan Remaining
    {
        get
        {
            var (now, until) = (time.GetTimestamp(), Volatile.Read(ref validUntil));
            return Epoch > 0 && now < until ? time.GetElapsedTime(now, until) : TimeSpan.Zero;
        }
    }

    /// <summary>True when this process leads from now on, under a new epoch.</summary>
    /// <exception cref="JournalException">The database can't be asked.</exception>
    public async Task<bool> TryTakeAsync(CancellationToken cancellation)
    {
        var asked = time.GetTimestamp();
        await using var take = Command("""
            UPDATE dp_lease SET epoch = epoch + 1, holder = $1, expires = clock_timestamp() + $2
            WHERE expires <= clock_timestamp() RETURNING epoch
            """, Text(address), Interval(length));
        if (await AskAsync(take, cancellation) is not long epoch)
            return false;
        Epoch = epoch;
        Extend(asked);
        return true;
    }

    /// <summary>False when another leads: it is over for good.</summary>
    /// <exception cref="JournalException">The database can't be asked; the lease runs on until it ends.</exception>
    public async Task<bool> RenewAsync(CancellationToken cancellation)
    {
        var asked = time.GetTimestamp();
        await using var renew = Command("UPDATE dp_lease SET expires = clock_timestamp() + $1 WHERE epoch = $2 RETURNING epoch",
            Interval(length), Number(Epoch));
        if (await AskAsync(renew, cancellation) is not long)
        {
            Volatile.Write(ref validUntil, long.MinValue);
            return false;
        }

        Extend(asked);
        return true;
    }

    /// <summary>Lets another lead at once.</summary>
    /// <exception cref="JournalException">The database can't be asked; the lease ends by itself.</exception>
    public async Task ReleaseAsync(CancellationToken cancellation)
    {
        Volatile.Write(ref validUntil, long.MinValue);
        await using var release = Command("UPDATE dp_lease SET expires = clock_timestamp() WHERE epoch = $1 RETURNING epoch", Number(Epoch));
        await AskAsync(release, cancellation);
    }

    /// <summary>Whoever leads now; null when nobody does.</summary>
    /// <exception cref="JournalException">The database can't be asked.</exception>
    public async Task<Leader?> LeaderAsync(CancellationToken cancellation)
    {
        await using var find = Command("SELECT holder || ' ' || epoch FROM dp_lease WHERE expires > clock_timestamp()");
        return (await AskAsync(find, cancellation) as string)?.Split(' ') is [var holder, var epoch]
            ? new Leader(holder, long.Parse(epoch, System.Globalization.CultureInfo.InvariantCulture))
            : null;
    }

    private void Extend(long asked) =>
        Volatile.Write(ref validUntil, asked + (long)(length.TotalSeconds * time.TimestampFrequency));

    private NpgsqlCommand Command(string text, params NpgsqlParameter[] parameters)
    {
        var command = database.CreateCommand(text);
        command.Parameters.AddRange(parameters);
        // Whoever can't be answered within a part of the lease will not get it in time either.
        command.CommandTimeout = Math.Max(1, (int)(length.TotalSeconds / 2));
        return command;
    }

    private static async Task<object?> AskAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        try
        {
            return await command.ExecuteScalarAsync(cancellation);
        }
        catch (NpgsqlException error)
        {
            throw PostgresStore.Unavailable(error);
        }
    }

    private static NpgsqlParameter Text(string value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Number(long value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Bigint };

    private static NpgsqlParameter Interval(TimeSpan value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Interval };
}
