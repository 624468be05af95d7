using System.Net;

namespace DataPlatform.Services.ControlPlane.Settings;

/// <summary>What a control plane is started with; every value is checked before anything listens.</summary>
public sealed record ControlPlaneSettings
{
    /// <summary>Base address of the master; null when none is given, and then pages say that no pool is configured.</summary>
    public Uri? Master { get; init; }
    public required IPAddress Ip { get; init; }
    /// <summary>0 takes a free port.</summary>
    public required int Port { get; init; }
    /// <summary>The name under which agents and browsers reach this process.</summary>
    public required string Hostname { get; init; }
    public required string WorkDir { get; init; }
    public required string Lake { get; init; }
    public required string Store { get; init; }
    public string? CredentialFile { get; init; }
    public string? AdminTokenFile { get; init; }
    public string? MavenRepository { get; init; }
    public string? Wheels { get; init; }
    public required string TaskUser { get; init; }
    public string? CliConfig { get; init; }
    public required TimeSpan DefaultLifetime { get; init; }
    public required TimeSpan LoginLinkLifetime { get; init; }
    public required TimeSpan KeepDeleted { get; init; }
}
