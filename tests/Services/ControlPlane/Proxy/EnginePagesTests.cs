using System.Net;
using System.Text.RegularExpressions;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Hosting;
using DataPlatform.Services.ControlPlane.Settings;
using DataPlatform.Services.ControlPlane.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace DataPlatform.Services.Tests.ControlPlane.Proxy;

/// <summary>Browsers see engines' pages at an origin that is not the console's, and what lets them in there opens nothing else.</summary>
public sealed partial class EnginePagesTests : IAsyncLifetime
{
    private const string Own = "same-origin";
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private WebApplication engine = null!;
    private ControlPlaneHost host = null!;
    private string session = "";

    public async ValueTask InitializeAsync()
    {
        engine = await LocalServer.StartAsync(app =>
        {
            app.Map("/kept", (HttpContext context) => context.Response.Headers.CacheControl = "max-age=3600");
            app.Map("/{**path}", (HttpContext context) => $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} cookie: {context.Request.Headers.Cookie}");
        });
        await StartAsync(static settings => settings);
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task A_browser_is_led_from_the_console_to_the_clusters_own_host_and_sees_the_page_there()
    {
        var page = await LedFromConsoleAsync("/ui/trial/page/jobs?id=1");
        page.Host.ShouldBe("trial.localhost");
        page.Port.ShouldBe(new Uri(host.Url).Port);
        using var first = await AskAsync(page.Authority, page.PathAndQuery, "");
        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await first.Content.ReadAsStringAsync()).ShouldContain("url=/ui/trial/page/jobs?id=1\"");
        var cookie = first.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem();
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=strict");
        cookie.ShouldContain("path=/ui/trial");

        using var second = await AskAsync(page.Authority, "/ui/trial/page/jobs?id=1", cookie.Split(';')[0]);
        (await second.Content.ReadAsStringAsync()).ShouldBe("GET /jobs?id=1 cookie: ");
    }

    [Fact]
    public async Task The_console_shows_no_engines_page_at_its_own_origin()
    {
        using var get = await AskAsync(Console, "/ui/trial/page/", session);
        get.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        using var post = await AskAsync(Console, "/ui/trial/page/", session, HttpMethod.Post);
        post.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task A_ticket_is_good_once()
    {
        var page = await LedFromConsoleAsync("/ui/trial/page/");
        using var first = await AskAsync(page.Authority, page.PathAndQuery, "");
        first.Headers.Contains("Set-Cookie").ShouldBeTrue();
        await RefusedAsync(page.Authority, page.PathAndQuery);
    }

    [Fact]
    public async Task A_ticket_is_good_for_its_cluster_alone()
    {
        var page = await LedFromConsoleAsync("/ui/trial/page/");
        await RefusedAsync(page.Authority.Replace("trial.", "other."), page.PathAndQuery.Replace("/trial/", "/other/"));
        await RefusedAsync(page.Authority.Replace("trial.", "other."), page.PathAndQuery);
    }

    [Fact]
    public async Task A_ticket_ends_after_half_a_minute()
    {
        var page = await LedFromConsoleAsync("/ui/trial/page/");
        time.Advance(TimeSpan.FromSeconds(31));
        await RefusedAsync(page.Authority, page.PathAndQuery);
    }

    [Fact]
    public async Task A_ticket_that_nobody_gave_is_refused() => await RefusedAsync(PageHost("trial"), "/ui/trial/page/?dp_ticket=CfDJ8abc");

    [Fact]
    public async Task What_lets_in_to_a_clusters_pages_opens_nothing_else()
    {
        var pass = await PassAsync();
        foreach (var path in (string[])["/", "/login", "/health", "/api/v1/clusters", "/clusters/trial", "/console.css", "/metrics", "/openapi/v1.json"])
        {
            using var there = await AskAsync(PageHost("trial"), path, $"{pass}; {session}");
            there.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        }

        using var api = await AskAsync(Console, "/api/v1/clusters", pass);
        api.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var other = await AskAsync(PageHost("trial"), "/ui/other/page/", pass);
        other.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var there2 = await AskAsync(PageHost("other"), "/ui/other/page/", pass.Replace("dp_page_trial", "dp_page_other"));
        there2.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_consoles_session_lets_nobody_in_where_pages_are()
    {
        using var answer = await AskAsync(PageHost("trial"), "/ui/trial/page/", session);
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    public async Task A_script_of_a_page_changes_nothing_at_the_console(string site)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/login-links") { Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add("Cookie", session);
        request.Headers.Add("Origin", "http://" + PageHost("trial"));
        request.Headers.Add("Sec-Fetch-Site", site);
        using var answer = await host.Stranger.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_page_of_one_cluster_changes_nothing_in_those_of_another()
    {
        var pass = await PassAsync();
        using var own = await AskAsync(PageHost("trial"), "/ui/trial/page/", pass, HttpMethod.Post, origin: "http://" + PageHost("trial"));
        own.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var foreign = await AskAsync(PageHost("trial"), "/ui/trial/page/", pass, HttpMethod.Post, from: "cross-site", origin: "http://" + PageHost("other"));
        foreign.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Pages_end_with_the_session_that_opened_them()
    {
        var pass = await PassAsync();
        using (var before = await AskAsync(PageHost("trial"), "/ui/trial/page/", pass))
            before.StatusCode.ShouldBe(HttpStatusCode.OK);
        using (await AskAsync(Console, "/logout", session, HttpMethod.Post))
        {
        }

        using var after = await AskAsync(PageHost("trial"), "/ui/trial/page/", pass);
        after.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Who_opens_a_page_by_its_own_address_comes_by_the_console_and_back()
    {
        using var page = await AskAsync(PageHost("trial"), "/ui/trial/page/jobs?id=1", "", html: true, from: "none");
        page.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        page.Headers.Location!.OriginalString.ShouldBe($"{host.Url}/ui/trial/page/jobs?id=1");

        // Strict cookies do not come along from another site: the console leads to itself once.
        using var console = await AskAsync(Console, "/ui/trial/page/jobs?id=1", "", html: true, from: "cross-site");
        console.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await console.Content.ReadAsStringAsync()).ShouldContain("url=/ui/trial/page/jobs?id=1\"");
        using var stranger = await AskAsync(Console, "/ui/trial/page/jobs?id=1", "", html: true);
        stranger.Headers.Location!.OriginalString.ShouldBe("/login?return=%2Fui%2Ftrial%2Fpage%2Fjobs%3Fid%3D1");
    }

    [Theory]
    [InlineData("http://trial.localhost:PORT/ui/trial/page/app/?id=1", HttpStatusCode.Redirect)]
    [InlineData("http://trial.localhost:PORT/ui/trial/", HttpStatusCode.NotFound)]
    [InlineData("http://trial.localhost:PORT/", HttpStatusCode.NotFound)]
    [InlineData("http://127.0.0.1:PORT/ui/trial/page/", HttpStatusCode.NotFound)]
    public async Task A_link_of_a_page_to_the_root_of_its_host_leads_to_its_engine(string from, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/environment/?a=b") { Headers = { Host = PageHost("trial") } };
        request.Headers.Referrer = new Uri(from.Replace("PORT", new Uri(host.Url).Port.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        using var answer = await host.Stranger.SendAsync(request);
        answer.StatusCode.ShouldBe(status);
        answer.Headers.Location?.OriginalString.ShouldBe("/ui/trial/page/environment/?a=b");
    }

    [Fact]
    public async Task What_browsers_may_keep_of_a_page_its_engine_says()
    {
        var pass = await PassAsync();
        using var kept = await AskAsync(PageHost("trial"), "/ui/trial/page/kept", pass);
        kept.Headers.GetValues("Cache-Control").ShouldBe(["max-age=3600"]);
        using var unsaid = await AskAsync(PageHost("trial"), "/ui/trial/page/unsaid", pass);
        unsaid.Headers.CacheControl!.ToString().ShouldBe("no-cache, private");
    }

    [Fact]
    public async Task A_browser_that_keeps_no_cookies_is_told_and_not_sent_in_a_circle()
    {
        using var answer = await AskAsync(PageHost("trial"), "/ui/trial/page/", "", html: true);
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("keeps no cookies");
    }

    [Fact]
    public async Task Programs_with_a_token_are_answered_at_both_addresses()
    {
        (await host.Client.GetStringAsync("/ui/trial/page/jobs")).ShouldStartWith("GET /jobs");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ui/trial/page/jobs") { Headers = { Host = PageHost("trial") } };
        (await (await host.Client.SendAsync(request)).Content.ReadAsStringAsync()).ShouldStartWith("GET /jobs");
    }

    [Fact]
    public async Task A_browser_elsewhere_is_told_what_the_control_plane_needs()
    {
        await host.DisposeAsync();
        await StartAsync(static settings => settings with { AllowedHosts = ["console.example"] });
        using var answer = await AskAsync("console.example", "/ui/trial/page/", session);
        answer.StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("--pages-url");
    }

    [Fact]
    public async Task Hosts_below_a_given_name_serve_pages()
    {
        await host.DisposeAsync();
        await StartAsync(static settings => settings with { Pages = new PagesAddress.OfEachCluster("pages.example", new Uri("https://pages.example:444")) });
        var page = await LedFromConsoleAsync("/ui/trial/page/");
        page.GetLeftPart(UriPartial.Authority).ShouldBe("https://trial.pages.example:444");
        (await PassAsync()).ShouldStartWith("dp_page_trial=");
        using var unknown = await AskAsync("trial.localhost", "/ui/trial/page/", "");
        unknown.StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
    }

    [Fact]
    public async Task With_a_port_for_pages_nothing_else_is_served_there()
    {
        await host.DisposeAsync();
        await StartAsync(static settings => settings with { Pages = new PagesAddress.OfOnePort(0, null) });
        var page = await LedFromConsoleAsync("/ui/trial/page/jobs");
        page.Host.ShouldBe("127.0.0.1");
        page.Port.ShouldBe(host.Get<ServerAddress>().Side!.Port);
        page.Port.ShouldNotBe(new Uri(host.Url).Port);
        using var there = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }) { BaseAddress = new Uri(page.GetLeftPart(UriPartial.Authority)) };
        using var entered = await there.GetAsync(page.PathAndQuery);
        var pass = entered.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem().Split(';')[0];
        foreach (var (path, cookie, status) in ((string, string, HttpStatusCode)[])
            [("/ui/trial/page/jobs", pass, HttpStatusCode.OK), ("/ui/trial/page/jobs", session, HttpStatusCode.Unauthorized), ("/api/v1/clusters", session, HttpStatusCode.NotFound), ("/login", "", HttpStatusCode.NotFound)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (cookie.Length > 0) request.Headers.Add("Cookie", cookie);
            using var answer = await there.SendAsync(request);
            answer.StatusCode.ShouldBe(status, path);
        }
    }

    private string Console => new Uri(host.Url).Authority;

    private string PageHost(string cluster) => $"{cluster}.localhost:{new Uri(host.Url).Port}";

    private async Task StartAsync(Func<ControlPlaneSettings, ControlPlaneSettings> change)
    {
        host = await ControlPlaneHost.Start(time, change: change);
        session = "dp_session=" + host.Get<TokenStore>().Create(TokenStore.Session, "console", "tester", TimeSpan.FromHours(1));
        foreach (var name in (string[])["trial", "other"])
        {
            var cluster = (await host.Get<LaunchDesk>().LaunchAsync(new LaunchRequest("sample", name, null, null), "tester", CancellationToken.None)).ShouldBeOfType<Outcome.Accepted>().Cluster;
            host.Engine.Show(cluster.Id, ScriptedOperator.Pending with { Endpoints = [new EndpointView("page", "Page", engine.Urls.Single() + "/", $"/ui/{name}/page/")] });
        }
    }

    private async Task<Uri> LedFromConsoleAsync(string path)
    {
        using var answer = await AskAsync(Console, path, session);
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        return answer.Headers.Location!;
    }

    private async Task<string> PassAsync()
    {
        var page = await LedFromConsoleAsync("/ui/trial/page/");
        using var entered = await AskAsync(page.Authority, page.PathAndQuery, "");
        return entered.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem().Split(';')[0];
    }

    /// <summary>No pass is given, and the browser asks again without what it brought.</summary>
    private async Task RefusedAsync(string authority, string pathAndQuery)
    {
        using var answer = await AskAsync(authority, pathAndQuery, "");
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        answer.Headers.Location!.OriginalString.ShouldBe(Ticket().Replace(pathAndQuery, ""));
    }

    private async Task<HttpResponseMessage> AskAsync(string authority, string path, string cookie, HttpMethod? method = null, bool html = false, string from = Own, string? origin = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path) { Headers = { Host = authority } };
        if (cookie.Length > 0) request.Headers.Add("Cookie", cookie);
        if (html) request.Headers.Add("Accept", "text/html");
        if (origin is not null) request.Headers.Add("Origin", origin);
        request.Headers.Add("Sec-Fetch-Site", from);
        return await host.Stranger.SendAsync(request);
    }

    [GeneratedRegex(@"\?dp_ticket=.*\z")]
    private static partial Regex Ticket();
}
