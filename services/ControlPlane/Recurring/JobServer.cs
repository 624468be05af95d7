using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.Logging;

namespace DataPlatform.Services.ControlPlane.Recurring;

/// <summary>Runs the jobs that are due.</summary>
public sealed class JobServer(JobStorage storage, IServiceScopeFactory scopes, ILoggerFactory loggers) : IHostedService, IDisposable
{
    private BackgroundJobServer? server;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Hangfire has one log for the whole process: another host in it may have set it, and be gone.
        LogProvider.SetCurrentLogProvider(new AspNetCoreLogProvider(loggers));
        server = new BackgroundJobServer(
            new BackgroundJobServerOptions
            {
                WorkerCount = 1, SchedulePollingInterval = TimeSpan.FromSeconds(2), StopTimeout = TimeSpan.FromSeconds(2), Activator = new AspNetCoreJobActivator(scopes),
            },
            storage);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (server is not { } running) return;
        server = null;
        running.SendStop();
        await running.WaitForShutdownAsync(cancellationToken);
        running.Dispose();
    }

    public void Dispose() => server?.Dispose();
}
