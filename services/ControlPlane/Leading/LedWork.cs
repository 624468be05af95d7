namespace DataPlatform.Services.ControlPlane.Leading;

/// <summary>
/// What runs while this control plane leads, and only then: started with each lead, in the order of registration, and stopped before
/// another control plane can lead. It may be started and stopped many times.
/// </summary>
public sealed record LedWork(IHostedService Work);

public static class LedWorkRegistration
{
    public static IServiceCollection AddWhileLeading<T>(this IServiceCollection services) where T : class, IHostedService =>
        services.AddSingleton<T>().AddSingleton(provider => new LedWork(provider.GetRequiredService<T>()));
}
