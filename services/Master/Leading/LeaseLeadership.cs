using DataPlatform.Core.Journal;
using DataPlatform.Services.Master.Writing;
using Npgsql;

namespace DataPlatform.Services.Master.Leading;

/// <summary>A lease in the database that several masters share. Asks for it again and again; renews it while it holds it.</summary>
public sealed class LeaseLeadership(
    NpgsqlDataSource database, string address, TimeSpan length, TimeProvider time, int seed, ILoggerFactory logs) : Leadership
{
    private readonly ILogger<LeaseLeadership> log = logs.CreateLogger<LeaseLeadership>();
    private readonly PostgresLease lease = new(database, address, length, time);
    private readonly Random chance = new(seed);
    private volatile Leader? other;
    private volatile string? trouble;
    private Task renewing = Task.CompletedTask;
    private MasterJournal? taken;
    private bool isPrepared;

    public override Leader? Other => other;

    public override string? Trouble => trouble;

    public override async Task<MasterJournal> TakeAsync(CancellationToken cancellation)
    {
        // One that nobody waited for must not come between.
        await renewing.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        while (true)
        {
            try
            {
                if (await TryTakeAsync(cancellation))
                {
                    log.LogInformation("leads under epoch {Epoch}", lease.Epoch);
                    return taken = new MasterJournal(PostgresJournal.Open(database, lease.Epoch), logs.CreateLogger<MasterJournal>(), mayAct: () => lease.IsValid);
                }

                other = await lease.LeaderAsync(cancellation) is { } leader && leader.Address != address ? leader : null;
                trouble = null;
            }
            catch (JournalException error) when (error.Fault == JournalFault.Unavailable)
            {
                (other, trouble) = (null, error.Message);
                log.LogError("it can't be learned who leads: {Reason}", error.Message);
            }

            // Several ask; not all at the same moment.
            await Task.Delay(length / 10 * (0.5 + chance.NextDouble()), time, cancellation);
        }
    }

    public override async Task KeepAsync(CancellationToken cancellation)
    {
        while (lease.IsValid)
        {
            await Task.Delay(length / 5, time, cancellation);
            try
            {
                if (await RenewAsync(cancellation))
                    continue;
                log.LogWarning("another master leads now");
                taken?.Depose();
                return;
            }
            catch (JournalException error) when (error.Fault == JournalFault.Unavailable)
            {
                log.LogWarning("the lease is not renewed: {Reason}", error.Message);
            }
            catch (TimeoutException)
            {
                log.LogWarning("the lease is not renewed: the database does not answer");
            }
        }

        log.LogWarning("the lease is over: it could not be renewed in time");
        taken?.Depose();
    }

    public override ValueTask EndAsync(MasterJournal journal) => journal.DisposeAsync();

    public override async ValueTask DisposeAsync()
    {
        try
        {
            if (lease.IsValid)
                await lease.ReleaseAsync(CancellationToken.None);
        }
        catch (JournalException)
        {
            // It ends by itself.
        }

        await database.DisposeAsync();
    }

    /// <summary>A database that does not answer is waited for no longer than the lease lasts: agents and frameworks are to find the next leader then.</summary>
    private async Task<bool> RenewAsync(CancellationToken cancellation)
    {
        var renewal = lease.RenewAsync(cancellation);
        renewing = renewal;
        return await renewal.WaitAsync(lease.Remaining, time, cancellation);
    }

    private async Task<bool> TryTakeAsync(CancellationToken cancellation)
    {
        if (!isPrepared)
            await PostgresJournal.PrepareAsync(database, cancellation);
        isPrepared = true;
        // A term of this process may have ended for another reason than its lease.
        var leads = (lease.Epoch > 0 && await lease.RenewAsync(cancellation)) || await lease.TryTakeAsync(cancellation);
        if (leads)
            (other, trouble) = (null, null);
        return leads;
    }
}
