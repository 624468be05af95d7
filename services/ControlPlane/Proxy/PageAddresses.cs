using DataPlatform.Services.ControlPlane.Hosting;
using DataPlatform.Services.ControlPlane.Settings;
using Microsoft.AspNetCore.Http.Extensions;

namespace DataPlatform.Services.ControlPlane.Proxy;

/// <summary>Tells requests for engines' pages from those for the console, and each where the other is.</summary>
public sealed class PageAddresses(ControlPlaneSettings settings, ServerAddress server)
{
    /// <summary>Whether a browser asked for it as a page of an engine's, and may be answered with nothing else.</summary>
    public bool Has(HttpContext context) => settings.Pages switch
    {
        PagesAddress.OfEachCluster pages => ClusterOf(context, pages) is not null,
        PagesAddress.OfOnePort => server.Side!.Took(context),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Whether pages of this cluster are found where the request went.</summary>
    public bool Has(HttpContext context, string cluster) => Has(context) && (settings.Pages is not PagesAddress.OfEachCluster pages || ClusterOf(context, pages) == cluster);

    /// <summary>For a browser that has the console open, without a slash at the end; null when it would look for them on a machine that is not this one.</summary>
    public string? Of(HttpContext console, string cluster) => settings.Pages switch
    {
        PagesAddress.OfEachCluster { Url: { } url } pages => UriHelper.BuildAbsolute(url.Scheme, url.IsDefaultPort ? new HostString($"{cluster}.{pages.Suffix}") : new HostString($"{cluster}.{pages.Suffix}", url.Port)).TrimEnd('/'),
        PagesAddress.OfEachCluster pages when PagesAddress.IsLoopback(console.Request.Host.Host) => $"{console.Request.Scheme}://{cluster}.{pages.Suffix}{Port(console)}",
        PagesAddress.OfEachCluster => null,
        PagesAddress.OfOnePort { Url: { } url } => url.GetLeftPart(UriPartial.Authority),
        PagesAddress.OfOnePort => $"http://{console.Request.Host.Host}:{server.Side!.Port}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>For a browser that has an engine's page open, without a slash at the end.</summary>
    public string Console(HttpContext page) =>
        settings.PublicUrl is not null || settings.Pages is not PagesAddress.OfEachCluster { Url: null } ? server.PublicUrl : $"{page.Request.Scheme}://{settings.Hostname}{Port(page)}";

    private static string? ClusterOf(HttpContext context, PagesAddress.OfEachCluster pages)
    {
        var host = context.Request.Host.Host;
        return host.Length > pages.Suffix.Length + 1 && host.EndsWith("." + pages.Suffix, StringComparison.OrdinalIgnoreCase) ? host[..^(pages.Suffix.Length + 1)].ToLowerInvariant() : null;
    }

    // The one that the browser sees: a tunnel may lead from another to this process's.
    private static string Port(HttpContext context) => context.Request.Host.Port is { } port ? $":{port}" : "";
}
