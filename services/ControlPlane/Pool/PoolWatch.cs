using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol;

namespace DataPlatform.Services.ControlPlane.Pool;

/// <summary>
/// The pool for open pages: one look at the master for all of them, none while there are none, and tasks from its stream of events
/// instead of all of them again and again. Thread safe.
/// </summary>
public sealed class PoolWatch(MasterReader master, TimeProvider time, ILogger<PoolWatch> log) : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    private readonly Lock turn = new();
    private readonly List<Action<PoolReading>> watchers = [];
    private CancellationTokenSource? watching;
    private PoolReading? latest;

    /// <summary>Tells of every look until disposed; at once of the latest, if others watch already.</summary>
    /// <param name="seen">Is not to wait for anything.</param>
    public IDisposable Watch(Action<PoolReading> seen)
    {
        PoolReading? known;
        lock (turn)
        {
            watchers.Add(seen);
            known = latest;
            if (watching is null)
            {
                watching = new CancellationTokenSource();
                _ = FollowAsync(watching.Token);
            }
        }

        if (known is not null)
            seen(known);
        return new Leaving(() => Leave(seen));
    }

    public void Dispose()
    {
        lock (turn)
        {
            watchers.Clear();
            StopUnlessWatched();
        }
    }

    private void Leave(Action<PoolReading> seen)
    {
        lock (turn)
        {
            watchers.Remove(seen);
            StopUnlessWatched();
        }
    }

    private void StopUnlessWatched()
    {
        if (watchers.Count > 0)
            return;
        watching?.Cancel();
        watching = null;
        latest = null;
    }

    private async Task FollowAsync(CancellationToken stop)
    {
        var running = new TaskCounts();
        var counting = CountAsync(running, stop);
        try
        {
            using var timer = new PeriodicTimer(LookEvery, time);
            do
                Tell(await master.ReadAsync(() => Counted(running), stop), stop);
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // Nobody watches any more.
        }
        catch (Exception error)
        {
            log.LogError(error, "the pool can't be watched any more");
        }

        await counting;
    }

    private async Task CountAsync(TaskCounts running, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await foreach (var news in master.FollowAsync(stop))
                {
                    lock (running)
                        running.Take(news);
                }
            }
            catch (Exception error) when (error is HttpRequestException or IOException or MesosCallException or MessageFormatException or RecordFormatException or OperationCanceledException)
            {
                log.LogDebug("the master's events are followed again: {Reason}", error.Message);
            }

            await Task.Delay(LookEvery, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static IReadOnlyDictionary<string, int> Counted(TaskCounts running)
    {
        lock (running)
            return running.ByAgent();
    }

    private void Tell(PoolReading reading, CancellationToken stop)
    {
        List<Action<PoolReading>> told;
        lock (turn)
        {
            if (stop.IsCancellationRequested)
                return;
            latest = reading;
            told = [.. watchers];
        }

        foreach (var seen in told)
            seen(reading);
    }

    private sealed class Leaving(Action leave) : IDisposable
    {
        private Action? leave = leave;

        public void Dispose() => Interlocked.Exchange(ref leave, null)?.Invoke();
    }
}
