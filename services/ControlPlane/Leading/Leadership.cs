using System.Data.Common;
using DataPlatform.Operators.Sdk.State;
using DataPlatform.Services.ControlPlane.Hosting;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Leading;

/// <summary>
/// One loop that takes the lease, keeps it and lets <see cref="LedWork"/> run meanwhile. Work is told to stop while a quarter of the lease is
/// left, also when the database does not answer; a process that was stopped for longer finds its writes refused.
/// </summary>
public sealed class Leadership(
    Database database, Lease lease, IEnumerable<LedWork> works, ServerAddress address, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<Leadership> log)
    : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan FirstAttempt = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PauseAlone = TimeSpan.FromSeconds(1);

    /// <summary>A database that nobody else uses is written so often to see whether it can be.</summary>
    private static readonly TimeSpan LookAlone = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Standing standing = new Standing.Waiting("it has just started");
    private volatile CancellationTokenSource term = new();
    private Task asking = Task.CompletedTask;
    private Task running = Task.CompletedTask;
    private long losses;

    public Standing Standing => standing;

    /// <summary>Ends when the lead that is held now is lost, rather than given up: what people watch here is no longer so.</summary>
    public CancellationToken Lost => term.Token;

    /// <summary>How often the lead was lost, rather than given up.</summary>
    public long Losses => Interlocked.Read(ref losses);

    /// <summary>Something failed that no other attempt can mend: the process is to end.</summary>
    public bool HasFailed { get; private set; }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>By now this process listens, so that it can say where it is reached. Returns after the first attempt to lead.</summary>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        running = Task.Run(() => RunAsync(stopping.Token), CancellationToken.None);
        await Task.WhenAny(tried.Task, Task.Delay(FirstAttempt, cancellationToken));
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        stopping.Dispose();
        term.Dispose();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await TurnAsync(stop);
                tried.TrySetResult();
                // Several ask; not all at the same moment.
                var pause = database.IsShared ? lease.Length / 10 * (0.5 + Random.Shared.NextDouble()) : PauseAlone;
                await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (Exception error)
        {
            if (error is InvalidDataException) log.LogCritical("{Reason}", error.Message);
            else log.LogCritical(error, "what runs while this control plane leads has failed");
            HasFailed = true;
            lifetime.StopApplication();
        }
        finally
        {
            tried.TrySetResult();
        }
    }

    private async Task TurnAsync(CancellationToken stop)
    {
        try
        {
            // One that nobody waited for must not come between.
            await asking.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (await AskAsync(() => lease.TryTake(address.Url), stop)) await LeadAsync(stop);
            else Follow(await AskAsync(lease.Leader, stop));
        }
        catch (DbException error)
        {
            Wait(database.Explain(error).Reason);
        }
        catch (LeaseLostException error)
        {
            Wait(error.Message);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private async Task LeadAsync(CancellationToken stop)
    {
        var epoch = lease.Epoch;
        var started = new List<IHostedService>();
        try
        {
            foreach (var work in works)
            {
                started.Add(work.Work);
                await work.Work.StartAsync(CancellationToken.None);
            }

            term = new CancellationTokenSource();
            standing = new Standing.Leading(epoch);
            if (database.IsShared) log.LogInformation("leads under epoch {Epoch}", epoch);
            tried.TrySetResult();
            await KeepAsync(FirstFault(started), stop);
        }
        finally
        {
            standing = new Standing.Waiting("its lead is over");
            // All are told at once. Whatever takes longer keeps this process from leading again, and no other.
            await Task.WhenAll(Enumerable.Reverse(started).Select(work => work.StopAsync(CancellationToken.None)));
            if (lease.Remaining > TimeSpan.Zero) await ReleaseAsync();
            lease.Forget();
        }
    }

    /// <summary>Returns when the lead is lost, or the process is to end.</summary>
    private async Task KeepAsync(Task fault, CancellationToken stop)
    {
        while (true)
        {
            var pause = database.IsShared ? TimeSpan.FromTicks(Math.Min(lease.Length.Ticks / 5, Left.Ticks)) : LookAlone;
            if (await Task.WhenAny(Task.Delay(pause, time, stop), fault) == fault) await fault;
            if (stop.IsCancellationRequested) return;
            if (await RenewAsync()) continue;
            Interlocked.Increment(ref losses);
            standing = new Standing.Waiting("its lead is over");
            await term.CancelAsync();
            return;
        }
    }

    /// <summary>How long work may go on: what is left of the lease but the time it takes to stop.</summary>
    private TimeSpan Left => lease.Remaining - (lease.Length / 4) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    private async Task<bool> RenewAsync()
    {
        try
        {
            var renewing = Task.Run(lease.Renew);
            asking = renewing;
            if (await renewing.WaitAsync(database.IsShared ? Left : Timeout.InfiniteTimeSpan, time)) return true;
            log.LogWarning("another control plane leads now");
            return false;
        }
        catch (DbException error)
        {
            log.LogError("the lease is not renewed: {Reason}", database.Explain(error).Reason);
        }
        catch (TimeoutException)
        {
            log.LogWarning("the lead is over: {Database} does not answer", database.Name);
            return false;
        }

        if (Left > TimeSpan.Zero) return true;
        log.LogWarning("the lead is over: the lease could not be renewed in time");
        return false;
    }

    private async Task ReleaseAsync()
    {
        try
        {
            await Task.Run(lease.Release);
        }
        catch (DbException)
        {
            // It ends by itself.
        }
    }

    private Task<T> AskAsync<T>(Func<T> question, CancellationToken stop)
    {
        var answer = Task.Run(question, CancellationToken.None);
        asking = answer;
        return answer.WaitAsync(stop);
    }

    private void Follow(Leader? leader)
    {
        if (leader is null || leader.Url == address.Url)
        {
            standing = new Standing.Waiting(leader is null ? "nobody leads now" : "the lease of its run before has not ended yet");
            return;
        }

        if (standing is not Standing.Following(var known) || known != leader.Url) log.LogInformation("follows {Url}", leader.Url);
        standing = new Standing.Following(leader.Url);
    }

    private void Wait(string reason)
    {
        if (standing is not Standing.Waiting(var known) || known != reason) log.LogError("does not lead: {Reason}", reason);
        standing = new Standing.Waiting(reason);
    }

    private static Task FirstFault(IEnumerable<IHostedService> started)
    {
        var fault = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var work in started.OfType<BackgroundService>())
        {
            work.ExecuteTask?.ContinueWith(
                ended => fault.TrySetException(ended.Exception!.InnerExceptions), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }

        return fault.Task;
    }
}
