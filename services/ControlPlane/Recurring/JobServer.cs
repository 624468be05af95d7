using Hangfire;
using Hangfire.AspNetCore;

namespace DataPlatform.Services.ControlPlane.Recurring;

/// <summary>Runs the jobs that are due.</summary>
public sealed class JobServer(JobStorage storage, IServiceScopeFactory scopes) : IHostedService, IDisposable
{
    private BackgroundJobServer? server;

    public Task StartAsync(CancellationToken cancellationToken)
    {
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
