using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace DataPlatform.Services.Hosting.Security;

/// <summary>
/// The names under which a service answers. A page of another site that has its own name point to this machine (DNS rebinding)
/// names itself in Host and Origin, and is refused by that.
/// </summary>
public sealed class HostNames
{
    private readonly HashSet<string> names = new(StringComparer.OrdinalIgnoreCase) { "localhost", "127.0.0.1", "[::1]" };

    /// <param name="listening">A wildcard stands for all addresses of this machine.</param>
    /// <param name="more">Further names and addresses, such as that of a proxy in front.</param>
    public HostNames(IPAddress listening, params IEnumerable<string?> more)
    {
        var wildcard = listening.Equals(IPAddress.Any) || listening.Equals(IPAddress.IPv6Any);
        foreach (var address in wildcard ? OfThisMachine() : [listening])
            names.Add(Shown(address));
        if (wildcard)
            names.Add(Dns.GetHostName());
        foreach (var name in more)
        {
            if (name is { Length: > 0 })
                names.Add(IPAddress.TryParse(name, out var address) ? Shown(address) : name);
        }
    }

    /// <param name="host">Without a port, IPv6 in brackets. Empty is nobody's name: browsers always send one.</param>
    public bool Allow(string host) => host.Length == 0 || names.Contains(host);

    /// <summary>Whether a page of that origin may call: only pages that come from here.</summary>
    public bool AllowOrigin(string origin) =>
        origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0 && names.Contains(uri.Host));

    /// <summary>All of them, for a refusal.</summary>
    public override string ToString() => string.Join(", ", names.Order(StringComparer.Ordinal));

    private static IEnumerable<IPAddress> OfThisMachine() =>
        NetworkInterface.GetAllNetworkInterfaces().SelectMany(each => each.GetIPProperties().UnicastAddresses).Select(each => each.Address);

    private static string Shown(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
}
