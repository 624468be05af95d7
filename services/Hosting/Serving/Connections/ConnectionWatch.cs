using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Hosting.Serving.Connections;

/// <summary>Closes strangers' idle connections, and says now and then how many had to go.</summary>
internal sealed class ConnectionWatch(VisitorBook book, ILogger<ConnectionWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private const int RoundsPerReport = 10;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            for (var round = 1; await timer.WaitForNextTickAsync(stoppingToken); round++)
            {
                book.CloseIdle();
                if (round % RoundsPerReport == 0 && book.TakeCounts() is var (refused, closed) && refused + closed > 0)
                    log.LogWarning(
                        "Within {Seconds} s {Refused} connections were refused and {Closed} of callers unknown so far closed to make room; {Open} are open, at most {Most} may be",
                        RoundsPerReport * Interval.TotalSeconds, refused, closed, book.Open, book.Limits.Most);
            }
        }
        catch (OperationCanceledException)
        {
            // The service ends.
        }
    }
}
