using System.Text.Json;
using DataPlatform.Services.ControlPlane.Access;
using DataPlatform.Services.ControlPlane.Settings;
using DataPlatform.Services.ControlPlane.Storage;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.ControlPlane.Hosting;

/// <summary>Says, as soon as this process leads, where it is reached and how to sign in.</summary>
public sealed class Announcement(
    ServerAddress address, LoginLinks links, TokenStore tokens, ControlPlaneSettings settings, TextWriter output, ILogger<Announcement> logger) : IHostedService
{
    public const string Administrator = "admin";
    private static readonly TimeSpan CliTokenLifetime = TimeSpan.FromDays(30);

    // Read at once: one that can't be used is refused before anything serves.
    private readonly string? adminToken = settings.AdminTokenFile is { } file ? PrivateFile.ReadSecret("admin-token-file", file, 32) : null;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        tokens.RemoveNamed(TokenStore.Bearer, "admin-token-file");
        if (adminToken is not null) tokens.Add(TokenStore.Bearer, "admin-token-file", Administrator, adminToken, TimeSpan.FromDays(3650));
        if (settings.CliConfig is { } path) WriteCliConfig(path);
        logger.LogInformation("listening on {Url}", address.Url);
        // Not through the log: that may be kept, and the link signs in whoever reads it.
        output.WriteLine($"Console: {address.Url}{links.Create(Administrator)}  (opens once, within {settings.LoginLinkLifetime.TotalMinutes:0} minutes; 'dp login' makes another)");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void WriteCliConfig(string path)
    {
        // One token for each such file: the one of the run before ends here.
        var name = "cli-config " + path;
        tokens.RemoveNamed(TokenStore.Bearer, name);
        var secret = tokens.Create(TokenStore.Bearer, name, Administrator, CliTokenLifetime);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            AtomicFile.Write(path, JsonSerializer.Serialize(new { control_plane = address.Url, token = secret }));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            logger.LogError("--cli-config {Path} can't be written: {Reason}", path, error.Message);
        }
    }
}
