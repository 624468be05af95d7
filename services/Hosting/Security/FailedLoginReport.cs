using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Hosting.Security;

/// <summary>Logs wrong secrets as one line an interval: a line for each would fill the disk for whoever guesses.</summary>
internal sealed class FailedLoginReport(FailedLogins failures, ILogger<FailedLogins> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                Report();
        }
        catch (OperationCanceledException)
        {
            Report();
        }
    }

    private void Report()
    {
        if (failures.TakeCounts() is not { } counts || counts == FailureCounts.None)
            return;
        log.LogWarning(
            "{Wrong} wrong secrets, and {Unheard} calls refused because of too many, within {Seconds} s; the last from {Address} as '{Principal}'",
            counts.Wrong, counts.Unheard, Interval.TotalSeconds, counts.LastAddress, Printable(counts.LastPrincipal));
    }

    private static string Printable(string name) => string.Concat(name.Select(each => char.IsControl(each) ? '?' : each));
}
