using System.Net;
using DataPlatform.Services.ControlPlane.Settings;
using DataPlatform.Services.Hosting.Serving;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace DataPlatform.Services.ControlPlane.Hosting;

/// <summary>Where this process is reached; known once it listens.</summary>
/// <param name="side">Where engines' pages are served apart from all else; null when host names tell them apart.</param>
public sealed class ServerAddress(IServer server, ControlPlaneSettings settings, SidePort? side)
{
    public int Port => Bound.Select(each => new Uri(each.Replace("[::]", "localhost", StringComparison.Ordinal)).Port).First(port => port != side?.Port);

    public SidePort? Side => side;

    /// <summary>Under which people and agents reach it, without a slash at the end.</summary>
    public string Url => $"http://{settings.Hostname}:{Port}";

    /// <summary>Under which clusters' tasks reach whichever control plane leads, without a slash at the end.</summary>
    public string PublicUrl => settings.PublicUrl?.GetLeftPart(UriPartial.Authority) ?? Url;

    private IEnumerable<string> Bound => server.Features.Get<IServerAddressesFeature>()?.Addresses is { Count: > 0 } addresses ? addresses : throw new InvalidOperationException("not listening yet");
}
