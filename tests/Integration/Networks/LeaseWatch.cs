using Npgsql;

namespace DataPlatform.Integration.Tests.Networks;

/// <summary>Looks all the time at the lease that the masters share, over the database's own socket: nothing of the network stands between.</summary>
internal sealed class LeaseWatch : IAsyncDisposable
{
    private readonly NpgsqlDataSource database;
    private readonly CancellationTokenSource stop = new();
    private readonly Lock changing = new();
    private readonly Dictionary<long, DateTime> ends = [];
    private readonly Task watching;
    private long epoch;

    public LeaseWatch(NpgsqlDataSource database)
    {
        this.database = database;
        watching = Task.Run(WatchAsync);
    }

    /// <summary>Of whoever took it last.</summary>
    public long Epoch => Volatile.Read(ref epoch);

    /// <summary>When the lease of that epoch ended, as it was renewed last; asked once another has taken it.</summary>
    public DateTime EndOf(long past)
    {
        lock (changing) return ends[past];
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await watching;
        stop.Dispose();
        await database.DisposeAsync();
    }

    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                await LookAsync();
                await Task.Delay(20, stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task LookAsync()
    {
        await using var look = database.CreateCommand("SELECT epoch, expires FROM dp_lease WHERE epoch > 0 AND expires <> '-infinity'");
        await using var row = await look.ExecuteReaderAsync(stop.Token);
        if (!await row.ReadAsync(stop.Token)) return;
        lock (changing) ends[row.GetInt64(0)] = row.GetDateTime(1).ToUniversalTime();
        Volatile.Write(ref epoch, row.GetInt64(0));
    }
}
