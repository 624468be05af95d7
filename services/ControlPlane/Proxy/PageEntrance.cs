using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Access;
using DataPlatform.Services.ControlPlane.Rest;
using Microsoft.AspNetCore.WebUtilities;

namespace DataPlatform.Services.ControlPlane.Proxy;

/// <summary>Where engines' pages are, nothing else is served; and a ticket that a browser brings there is exchanged for a pass.</summary>
public sealed class PageEntrance(PageAddresses addresses, PagePasses passes)
{
    public const string Root = ClusterSettings.PagesRoot;

    public async Task Invoke(HttpContext context, RequestDelegate next)
    {
        if (!addresses.Has(context))
        {
            await next(context);
            return;
        }

        var request = context.Request;
        var isGet = HttpMethods.IsGet(request.Method);
        if (request.Path.StartsWithSegments(Root))
            await (isGet && request.Query[PagePasses.TicketParameter].ToString() is { Length: > 0 } ticket ? Exchange(context, ticket) : next(context));
        else if (isGet && PageThatLeadsHere(request) is { } page)
            context.Response.Redirect(page + request.Path.ToUriComponent() + request.QueryString.ToUriComponent());
        else
            await Refusals.Write(context, new Problem("No such page", 404, $"Only engines' own pages are served here. The console is at {addresses.Console(context)}.", null));
    }

    private async Task Exchange(HttpContext context, string ticket)
    {
        var request = context.Request;
        var here = QueryHelpers.AddQueryString(request.Path.ToUriComponent(), request.Query.Where(each => each.Key != PagePasses.TicketParameter));
        if (ClusterOf(request.Path) is { } cluster && addresses.Has(context, cluster) && passes.Redeem(ticket, cluster) is var (pass, ends))
        {
            context.Response.Cookies.Append(PagePasses.Cookie(cluster), pass, new CookieOptions
            {
                HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = request.IsHttps, Path = $"{Root}/{cluster}", Expires = ends, IsEssential = true,
            });
            // The ticket stands in this page's address, which an engine need not read, though it is good no more.
            context.Response.Headers["Referrer-Policy"] = "no-referrer";
            await PlainPage.Of(200, "Opens", PlainPage.GoOn(here, $"Opens a page of {cluster}.")).ExecuteAsync(context);
            return;
        }

        // An old one, of a page that was reloaded: a pass may be there, and if not, the console gives another ticket.
        context.Response.Redirect(here);
    }

    /// <summary>Where the page's engine begins that has a link to the root of its host, as if nothing stood between; null when no page says that it led here.</summary>
    private static string? PageThatLeadsHere(HttpRequest request) =>
        Uri.TryCreate(request.Headers.Referer.ToString(), UriKind.Absolute, out var from) && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)
            && from.AbsolutePath.Split('/') is ["", var root, { Length: > 0 } cluster, { Length: > 0 } endpoint, ..] && "/" + root == Root
            ? ClusterSettings.PagePath(cluster, endpoint)
            : null;

    /// <summary>Of which cluster a page is, by its path; null for none.</summary>
    public static string? ClusterOf(PathString path) =>
        path.StartsWithSegments(Root, out var rest) && rest.Value is ['/', .. var names] && names.Split('/')[0] is { Length: > 0 } cluster ? cluster : null;
}
