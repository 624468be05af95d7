using System.Net;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Access;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Rest;
using DataPlatform.Services.ControlPlane.Settings;
using DataPlatform.Services.ControlPlane.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.WebUtilities;
using Yarp.ReverseProxy.Forwarder;

namespace DataPlatform.Services.ControlPlane.Proxy;

/// <summary>
/// Engines' own pages under <c>/ui/{cluster}/{endpoint}/</c>: only endpoints that an operator declared as pages are reached. Browsers are sent from the
/// console to where those pages are served; programs that bring a token are answered here and there.
/// </summary>
public sealed class EngineProxy(ClusterViews views, Catalogue catalogue, PageAddresses addresses, PagePasses passes, IHttpForwarder forwarder) : IDisposable
{
    private readonly HttpMessageInvoker client = new(new SocketsHttpHandler
    {
        UseProxy = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None, UseCookies = false,
        ActivityHeadersPropagator = null, ConnectTimeout = TimeSpan.FromSeconds(5),
    });

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.Map(PageEntrance.Root + "/{cluster}/{endpoint}/{**rest}", (HttpContext context, string cluster, string endpoint, EngineProxy proxy) => proxy.Forward(context, cluster, endpoint))
            .ExcludeFromDescription();

    public async Task Forward(HttpContext context, string cluster, string endpoint)
    {
        var detail = ClusterName.IsValid(cluster) ? views.Find(cluster) : null;
        if (addresses.Has(context) && !addresses.Has(context, cluster))
        {
            await Refusals.Write(context, new Problem("No such page", 404, "Pages of another cluster are served here.", null));
            return;
        }

        if (detail is null || Declared(detail, endpoint) is not { } target)
        {
            await Refuse(context, detail, new Problem("No such page", 404, "The cluster has no page of that name, or it is not up yet.", null));
            return;
        }

        if (!addresses.Has(context) && !context.User.HasClaim(AccessHandler.MethodClaim, TokenStore.Bearer))
        {
            await SendOn(context, cluster);
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
            await Refuse(context, detail, new Problem("The engine's page does not answer", 502, $"{target.Host}:{target.Port} of {cluster} could not be reached ({error}).", null));
    }

    /// <summary>To where the page is served, with a ticket.</summary>
    private Task SendOn(HttpContext context, string cluster)
    {
        if (!HttpMethods.IsGet(context.Request.Method))
            return Refusals.Write(context, new Problem("Not here", 405, "Engines' pages are served at an address of their own; a GET of this one leads there.", null));
        if (addresses.Of(context, cluster) is not { } origin)
            return Refusals.Write(context, new Problem(
                "Engines' pages have no address for you", 421, $"They are served under *.{PagesAddress.Loopback}, for browsers on this machine. Start the control plane with --pages-url or --pages-port.", null));
        var session = context.User.FindFirst(AccessHandler.TokenClaim)!.Value;
        context.Response.Redirect(QueryHelpers.AddQueryString(
            origin + context.Request.Path.ToUriComponent() + context.Request.QueryString.ToUriComponent(), PagePasses.TicketParameter, passes.Ticket(session, cluster)));
        return Task.CompletedTask;
    }

    /// <summary>People are shown a page that looks again by itself.</summary>
    private Task Refuse(HttpContext context, ClusterDetail? cluster, Problem problem)
    {
        if (cluster is null || !PlainPage.IsWanted(context.Request))
            return Refusals.Write(context, problem);
        var name = cluster.Summary.Name;
        return PlainPage.Of(
            problem.Status, problem.Title,
            $"<meta http-equiv=\"refresh\" content=\"3\"><h2>{PlainPage.Encoded(problem.Title)}</h2><p>{PlainPage.Encoded(problem.Detail ?? "")}</p>"
            + $"<p>This page looks again by itself. <a href=\"{PlainPage.Encoded($"{addresses.Console(context)}/clusters/{name}")}\">What {name} does</a></p>").ExecuteAsync(context);
    }

    private static Uri? Declared(ClusterDetail detail, string endpoint)
    {
        var found = detail.Endpoints.FirstOrDefault(candidate => candidate.Name == endpoint && candidate.ProxyPath is not null);
        return found is not null && Uri.TryCreate(found.Url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null;
    }

    public void Dispose() => client.Dispose();
}
