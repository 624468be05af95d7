using System.Net;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Rest;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Yarp.ReverseProxy.Forwarder;

namespace DataPlatform.Services.ControlPlane.Proxy;

/// <summary>Engines' own pages under <c>/ui/{cluster}/{endpoint}/</c>: only endpoints that an operator declared as pages are reached.</summary>
public sealed class EngineProxy(ClusterViews views, Catalogue catalogue, IHttpForwarder forwarder) : IDisposable
{
    private readonly HttpMessageInvoker client = new(new SocketsHttpHandler
    {
        UseProxy = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None, UseCookies = false,
        ActivityHeadersPropagator = null, ConnectTimeout = TimeSpan.FromSeconds(5),
    });

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.Map("/ui/{cluster}/{endpoint}/{**rest}", (HttpContext context, string cluster, string endpoint, EngineProxy proxy) => proxy.Forward(context, cluster, endpoint))
            .ExcludeFromDescription();

    public async Task Forward(HttpContext context, string cluster, string endpoint)
    {
        var detail = ClusterName.IsValid(cluster) ? views.Find(cluster) : null;
        if (detail is null || Declared(detail, endpoint) is not { } target)
        {
            await Refusals.Write(context, new Problem("No such page", 404, "The cluster has no page of that name, or it is not up yet.", null));
            return;
        }

        var prefix = ClusterSettings.PagePath(cluster, endpoint);
        if (context.Request.Path == prefix)
        {
            // Relative links of the engine's page need the slash.
            context.Response.Redirect(prefix + "/" + context.Request.QueryString);
            return;
        }

        // Files are uploaded to notebooks, and the engine has bounds of its own.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bound) bound.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
        var headers = catalogue.Find(detail.Summary.Package)?.ProxyHeaders(detail.Summary.Id, endpoint) ?? new Dictionary<string, string>();
        var error = await forwarder.SendAsync(context, target.GetLeftPart(UriPartial.Authority), client, ForwarderRequestConfig.Empty, new EngineTransformer(prefix, target, headers));
        if (error != ForwarderError.None && !context.Response.HasStarted)
            await Refusals.Write(context, new Problem("The engine's page does not answer", 502, $"{target.Host}:{target.Port} of {cluster} could not be reached ({error}).", null));
    }

    private static Uri? Declared(ClusterDetail detail, string endpoint)
    {
        var found = detail.Endpoints.FirstOrDefault(candidate => candidate.Name == endpoint && candidate.ProxyPath is not null);
        return found is not null && Uri.TryCreate(found.Url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null;
    }

    public void Dispose() => client.Dispose();
}
