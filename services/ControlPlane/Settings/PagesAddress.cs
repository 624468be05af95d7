using System.Net;
using DataPlatform.Services.Hosting.Settings;

namespace DataPlatform.Services.ControlPlane.Settings;

/// <summary>Where browsers find engines' own pages: never where the console is, so that no script of an engine acts as the person who looks at it.</summary>
public abstract record PagesAddress
{
    /// <summary>Browsers lead every name below it to the machine they run on (RFC 6761, 6.3).</summary>
    public const string Loopback = "localhost";

    private const string Star = "*.";

    private PagesAddress()
    {
    }

    /// <summary>Each cluster has a host name of its own, at the console's port: pages of one can't reach those of another either.</summary>
    /// <param name="Suffix">What follows the cluster's name and a dot.</param>
    /// <param name="Url">With its scheme and port, and <paramref name="Suffix"/> as host; null for those that the console was asked under.</param>
    public sealed record OfEachCluster(string Suffix, Uri? Url) : PagesAddress;

    /// <summary>All of them at another port of the console's host.</summary>
    /// <param name="Port">0 takes a free one.</param>
    /// <param name="Url">What a proxy in front makes of it; null for the host's name and the port.</param>
    public sealed record OfOnePort(int Port, Uri? Url) : PagesAddress;

    /// <summary>Host names of the clusters' own where that needs nobody's help, and else the port after the console's.</summary>
    public static PagesAddress Usual(string hostname, int port) =>
        IsLoopback(hostname) ? new OfEachCluster(Loopback, null) : new OfOnePort(port is 0 or IPEndPoint.MaxPort ? 0 : port + 1, null);

    public static bool IsLoopback(string host) => host == Loopback || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    /// <exception cref="SettingsException">What was given is no such address.</exception>
    public static PagesAddress From(SettingValues values, string hostname, int port)
    {
        var text = values.Find("pages-url");
        var starred = text?.Split("://") is [.., var host] && host.StartsWith(Star, StringComparison.Ordinal);
        if (starred && values.Find("pages-port") is not null)
            throw values.Refuse("pages-port", "is not possible beside a --pages-url with a star: its hosts are served at the console's port");
        if (starred)
            return SettingValues.HostUrl(text!.Remove(text.IndexOf(Star, StringComparison.Ordinal), Star.Length)) is { HostNameType: UriHostNameType.Dns } below
                ? new OfEachCluster(below.Host, below)
                : throw values.Refuse("pages-url", "is not a URL of hosts, such as http://*.pages.example.org:8080");
        if (values.Find("pages-port") is not null)
            return new OfOnePort(values.Port("pages-port"), values.FindUrl("pages-url"));
        return text is null ? Usual(hostname, port)
            : throw values.Refuse("pages-url", "has no star for a cluster's name, such as http://*.pages.example.org:8080, and no --pages-port says where its pages are served");
    }
}
