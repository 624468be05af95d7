using System.Data.Common;
using Dapper;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Services.ControlPlane.Storage;

/// <summary>Who leads, by the address that people are sent to.</summary>
public sealed record Leader(string Url, long Epoch);

/// <summary>
/// Which of several control planes leads, in one row of the database: whoever takes the lease gets a new epoch, and what leaders alone
/// may write is written under the newest epoch only, so whoever led before can't write it any more, whatever it believes. Thread safe.
/// </summary>
/// <remarks>
/// Leases end by the database's clock; whether this process may still act, it measures on its own clock that nobody sets. A database that
/// is not shared has no other user, so its lease is taken at once and does not end.
/// </remarks>
public sealed class Lease(Database database, TimeSpan length, TimeProvider time)
{
    private const string Row = "name = 'control-plane'";

    private long held;
    private long validUntil;

    public TimeSpan Length => length;

    /// <summary>0 while this process does not hold it.</summary>
    public long Epoch => Volatile.Read(ref held);

    /// <summary>How long this process may still act unless it renews; a moment less than until another may lead.</summary>
    public TimeSpan Remaining
    {
        get
        {
            if (Epoch == 0) return TimeSpan.Zero;
            if (!database.IsShared) return TimeSpan.MaxValue;
            var (now, until) = (time.GetTimestamp(), Volatile.Read(ref validUntil));
            return now < until ? time.GetElapsedTime(now, until) : TimeSpan.Zero;
        }
    }

    /// <summary>True when this process leads from now on, under a new epoch.</summary>
    /// <param name="url">Under which people reach it.</param>
    /// <exception cref="DbException">The database can't be asked.</exception>
    public bool TryTake(string url)
    {
        var asked = time.GetTimestamp();
        var epoch = database.Write(transaction => transaction.Connection!.ExecuteScalar<long?>(
            $"UPDATE leases SET epoch = epoch + 1, holder = @url, expires = {database.Now} + @length WHERE {Row} AND (expires <= {database.Now} OR @alone) RETURNING epoch",
            new { url, length = (long)length.TotalMilliseconds, alone = !database.IsShared }, transaction));
        if (epoch is null) return false;
        Extend(asked);
        Volatile.Write(ref held, epoch.Value);
        return true;
    }

    /// <summary>False when another leads: it is over for good.</summary>
    /// <exception cref="DbException">The database can't be asked; the lease runs on until it ends.</exception>
    public bool Renew()
    {
        var (asked, epoch) = (time.GetTimestamp(), Epoch);
        var renewed = epoch > 0 && database.Write(transaction => transaction.Connection!.ExecuteScalar<long?>(
            $"UPDATE leases SET expires = {database.Now} + @length WHERE {Row} AND epoch = @epoch RETURNING epoch",
            new { epoch, length = (long)length.TotalMilliseconds }, transaction)) is not null;
        if (renewed) Extend(asked);
        else Interlocked.CompareExchange(ref held, 0, epoch);
        return renewed;
    }

    /// <summary>This process leads no more, whatever the database says.</summary>
    public void Forget() => Volatile.Write(ref held, 0);

    /// <summary>Lets another lead at once.</summary>
    /// <exception cref="DbException">The database can't be asked; the lease ends by itself.</exception>
    public void Release()
    {
        if (Interlocked.Exchange(ref held, 0) is > 0 and var epoch)
            database.Write(transaction => transaction.Connection!.Execute($"UPDATE leases SET expires = 0 WHERE {Row} AND epoch = @epoch", new { epoch }, transaction));
    }

    /// <summary>Whoever leads now; null when nobody does.</summary>
    /// <exception cref="DbException">The database can't be asked.</exception>
    public Leader? Leader() => database.Read(connection => connection.QuerySingleOrDefault<(string Holder, long Epoch)?>(
        $"SELECT holder, epoch FROM leases WHERE {Row} AND expires > {database.Now}") is var (holder, epoch) ? new Leader(holder, epoch) : null);

    /// <summary>Nobody else can take the lease until the transaction is over.</summary>
    /// <exception cref="LeaseLostException">This process does not hold it.</exception>
    public void Demand(DbTransaction transaction)
    {
        var epoch = Epoch;
        if (epoch == 0) throw new LeaseLostException("this control plane does not lead now; nothing was written");
        if (transaction.Connection!.ExecuteScalar<long?>($"SELECT epoch FROM leases WHERE {Row} AND epoch = @epoch{database.Held}", new { epoch }, transaction) is not null) return;
        Interlocked.CompareExchange(ref held, 0, epoch);
        throw new LeaseLostException("another control plane leads now; nothing was written");
    }

    private void Extend(long asked) => Volatile.Write(ref validUntil, asked + (long)(length.TotalSeconds * time.TimestampFrequency));
}
