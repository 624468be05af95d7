using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Proxy;
using DataPlatform.Services.ControlPlane.Rest;
using DataPlatform.Services.ControlPlane.Settings;
using DataPlatform.Services.Hosting.Security;

namespace DataPlatform.Services.ControlPlane.Access;

/// <summary>Answers only under names that are this machine's, so that no foreign name can be pointed here (DNS rebinding).</summary>
public sealed class HostGuard(ControlPlaneSettings settings, PageAddresses pages)
{
    private readonly HostNames names = new(settings.Ip, [settings.Hostname, settings.PublicUrl?.Host, .. settings.AllowedHosts]);

    public async Task Invoke(HttpContext context, RequestDelegate next)
    {
        if (names.Allow(context.Request.Host.Host) || pages.Has(context))
            await next(context);
        else
            await Refusals.Write(context, new Problem(
                "Unknown host name", 421, $"This control plane is served under {names}, and under what --hostname and --allowed-hosts name.", null));
    }
}
