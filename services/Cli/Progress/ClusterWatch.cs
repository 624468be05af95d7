using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;
using Spectre.Console;

namespace DataPlatform.Services.Cli.Progress;

/// <summary>Follows a cluster until it is where one wants it, over a control plane's restart too.</summary>
public sealed class ClusterWatch(ControlPlaneClient client, TimeProvider time)
{
    private const int ReconnectsInARow = 8;

    /// <summary>Draws the timeline in a terminal, writes lines elsewhere.</summary>
    public async Task<ClusterDetail?> UntilShownAsync(
        string name, Func<ClusterDetail, bool> reached, TimeSpan limit, Surroundings surroundings, bool quietOutput, CancellationToken cancellation)
    {
        if (!surroundings.Interactive || quietOutput)
            return await UntilAsync(name, reached, limit, new PlainTimeline(surroundings.Error, time), cancellation);
        return await surroundings.Terminal().Live(new Text("")).StartAsync(async context =>
        {
            var timeline = new LiveTimeline(context, time);
            await using var clock = time.CreateTimer(_ => timeline.Redraw(), null, TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(250));
            return await UntilAsync(name, reached, limit, timeline, cancellation);
        });
    }

    /// <summary>Until there is no such cluster any more; one that is gone before it could be watched is gone.</summary>
    /// <param name="end">Until when that is waited for.</param>
    public async Task UntilGoneAsync(string name, DateTimeOffset end, Surroundings surroundings, bool quietOutput, CancellationToken cancellation)
    {
        try
        {
            await UntilShownAsync(name, static _ => false, end, surroundings, quietOutput, cancellation);
        }
        catch (RefusedException refusal) when (refusal.Problem.Status == 404)
        {
        }
    }

    /// <summary>The same for one of several that share a limit.</summary>
    /// <param name="end">Of the limit.</param>
    public Task<ClusterDetail?> UntilShownAsync(
        string name, Func<ClusterDetail, bool> reached, DateTimeOffset end, Surroundings surroundings, bool quietOutput, CancellationToken cancellation)
    {
        var left = end - time.GetUtcNow();
        return UntilShownAsync(name, reached, left > TimeSpan.Zero ? left : TimeSpan.FromTicks(1), surroundings, quietOutput, cancellation);
    }

    /// <returns>The cluster when <paramref name="reached"/> holds; null when it is gone.</returns>
    /// <exception cref="TimeoutException"><paramref name="limit"/> passed; the message says what was still waited for.</exception>
    public async Task<ClusterDetail?> UntilAsync(
        string name, Func<ClusterDetail, bool> reached, TimeSpan limit, IProgressDisplay display, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        ClusterDetail? last = null;
        try
        {
            for (var failures = 0; ;)
            {
                try
                {
                    await foreach (var cluster in client.WatchAsync(name, either.Token))
                    {
                        failures = 0;
                        last = cluster;
                        await display.ShowAsync(cluster);
                        if (reached(cluster)) return cluster;
                        if (cluster.Summary.State == ClusterState.Deleted) return null;
                    }
                    failures++;
                }
                catch (UnreachableException) when (last is not null && ++failures < ReconnectsInARow)
                {
                    // The control plane may be on its way back; the limit and the count bound the patience.
                }
                if (failures >= ReconnectsInARow) throw new UnreachableException($"The control plane ends the stream of {name}'s events again and again");
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(100, 200) << Math.Min(failures, 4)), time, either.Token);
            }
        }
        catch (RefusedException refusal) when (refusal.Problem.Status == 404 && last is not null)
        {
            return null;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"{name} is not there after {DurationText.Short(limit)}{(last is null ? "" : $"; it waits for {Waiting(last)}")}");
        }
    }

    private static string Waiting(ClusterDetail cluster)
    {
        var steps = TimelineEntry.Of(cluster).Where(entry => entry.Step.State != StepState.Complete && entry.Step.WaitingFor is not null).Select(entry => $"{entry.Title}: {entry.Step.WaitingFor}");
        return string.Join("; ", steps.Append(cluster.Summary.Reason).OfType<string>().Take(3).DefaultIfEmpty(Words.State(cluster.Summary.State)));
    }
}
