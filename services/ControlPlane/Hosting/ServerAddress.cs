using System.Net;
using DataPlatform.Services.ControlPlane.Settings;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace DataPlatform.Services.ControlPlane.Hosting;

/// <summary>Where this process is reached; known once it listens.</summary>
public sealed class ServerAddress(IServer server, ControlPlaneSettings settings)
{
    public int Port => new Uri(Bound.Replace("[::]", "localhost", StringComparison.Ordinal)).Port;

    /// <summary>Under which people and agents reach it, without a slash at the end.</summary>
    public string Url => $"http://{settings.Hostname}:{Port}";

    /// <summary>Under which clusters' tasks reach whichever control plane leads, without a slash at the end.</summary>
    public string PublicUrl => settings.PublicUrl?.GetLeftPart(UriPartial.Authority) ?? Url;

    private string Bound => server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? throw new InvalidOperationException("not listening yet");
}
