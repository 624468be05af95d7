using DataPlatform.Services.ControlPlane.Settings;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.ControlPlane.Hosting;

/// <summary>Says in a file where this process listens, once it does and has tried to lead: whoever waits for the file finds it at work.</summary>
public sealed class EndpointAnnouncement(IHostApplicationLifetime lifetime, ServerAddress address, ControlPlaneSettings settings, ILogger<EndpointAnnouncement> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() => EndpointFile.TryWrite(settings.WorkDir, address.Url, log));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
