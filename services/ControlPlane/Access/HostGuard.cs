using System.Net;
using System.Net.NetworkInformation;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Rest;
using DataPlatform.Services.ControlPlane.Settings;

namespace DataPlatform.Services.ControlPlane.Access;

/// <summary>Answers only under names that are this machine's, so that no foreign name can be pointed here (DNS rebinding).</summary>
public sealed class HostGuard(ControlPlaneSettings settings)
{
    private readonly HashSet<string> names = Names(settings);

    public async Task Invoke(HttpContext context, RequestDelegate next)
    {
        if (names.Contains(context.Request.Host.Host))
            await next(context);
        else
            await Refusals.Write(context, new Problem("Unknown host name", 421, "This control plane is not served under that name; --hostname sets one.", null));
    }

    private static HashSet<string> Names(ControlPlaneSettings settings)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "localhost", "127.0.0.1", "[::1]", settings.Hostname };
        if (!settings.Ip.Equals(IPAddress.Any) && !settings.Ip.Equals(IPAddress.IPv6Any))
        {
            names.Add(Shown(settings.Ip));
            return names;
        }

        foreach (var address in NetworkInterface.GetAllNetworkInterfaces().SelectMany(one => one.GetIPProperties().UnicastAddresses))
            names.Add(Shown(address.Address));
        return names;
    }

    private static string Shown(IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
}
