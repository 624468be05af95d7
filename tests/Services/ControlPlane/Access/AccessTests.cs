using System.Net;
using Dapper;
using DataPlatform.Services.ControlPlane.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DataPlatform.Services.Tests.ControlPlane.Access;

public sealed class AccessTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private ControlPlaneHost host = null!;

    public async ValueTask InitializeAsync() => host = await ControlPlaneHost.Start(time);

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task Every_route_but_health_login_and_keyed_artifacts_needs_a_login()
    {
        string[] open = ["/health", "/login", "/store/sha256/{digest}"];
        var routes = host.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToList();
        routes.Count.ShouldBeGreaterThan(20);
        foreach (var route in routes)
        {
            var pattern = "/" + route.RoutePattern.RawText!.TrimStart('/');
            if (open.Contains(pattern)) continue;
            var path = string.Join('/', pattern.Split('/').Select(part => part.StartsWith('{') ? "x" : part));
            foreach (var method in route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                request.Headers.Add("Sec-Fetch-Site", "same-origin");
                using var answer = await host.Stranger.SendAsync(request);
                answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, $"{method} {path}");
            }
        }
    }

    [Fact]
    public async Task A_browser_is_sent_to_the_login_page_and_comes_back_to_where_it_was()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/clusters/trial");
        request.Headers.Accept.ParseAdd("text/html");
        using var answer = await host.Stranger.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        answer.Headers.Location!.OriginalString.ShouldBe("/login?return=%2Fclusters%2Ftrial");
    }

    [Fact]
    public async Task A_login_link_signs_in_once()
    {
        var link = host.LoginLink();
        using var first = await host.Stranger.GetAsync(link);
        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        var cookie = first.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem();
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=strict");
        (await Status("/api/v1/clusters", cookie)).ShouldBe(HttpStatusCode.OK);

        using var second = await host.Stranger.GetAsync(link);
        second.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        second.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Fact]
    public async Task A_login_link_ends()
    {
        var link = host.LoginLink();
        time.Advance(TimeSpan.FromMinutes(16));
        using var answer = await host.Stranger.GetAsync(link);
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("/\\evil.example")]
    public async Task A_login_never_leads_to_another_site(string target)
    {
        using var answer = await host.Stranger.GetAsync(host.LoginLink() + "&return=" + Uri.EscapeDataString(target));
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("evil.example");
    }

    [Fact]
    public async Task A_session_ends_with_its_time_and_with_the_sign_out()
    {
        var cookie = await SignIn();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/logout");
        request.Headers.Add("Cookie", cookie);
        request.Headers.Add("Origin", host.Url);
        using var answer = await host.Stranger.SendAsync(request);
        (await Status("/api/v1/clusters", cookie)).ShouldBe(HttpStatusCode.Unauthorized);

        var other = await SignIn();
        time.Advance(TimeSpan.FromHours(13));
        (await Status("/api/v1/clusters", other)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("https://evil.example", null)]
    [InlineData(null, null)]
    [InlineData(null, "cross-site")]
    [InlineData(null, "same-site")]
    public async Task A_change_that_another_site_makes_a_browser_send_is_refused(string? origin, string? site)
    {
        (await Delete(await SignIn(), origin, site)).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_change_from_the_consoles_own_pages_is_taken()
    {
        (await Delete(await SignIn(), host.Url, "same-origin")).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_websocket_from_another_site_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/_blazor");
        request.Headers.Add("Cookie", await SignIn());
        request.Headers.Add("Origin", "https://evil.example");
        request.Headers.Add("Connection", "Upgrade");
        request.Headers.Add("Upgrade", "websocket");
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        using var answer = await host.Stranger.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_foreign_host_name_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
        request.Headers.Host = "evil.example";
        using var answer = await host.Stranger.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
    }

    [Fact]
    public async Task The_name_under_which_tasks_reach_it_is_its_own()
    {
        await using var named = await ControlPlaneHost.Start(change: settings => settings with { PublicUrl = new Uri("http://platform.example:8080") });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
        request.Headers.Host = "platform.example:8080";
        using var answer = await named.Stranger.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Only_hashes_of_tokens_are_stored()
    {
        var secret = host.Get<TokenStore>().Create(TokenStore.Bearer, "script", "tester", TimeSpan.FromDays(1));
        host.Get<TokenStore>().Find(TokenStore.Bearer, secret).ShouldNotBeNull().Principal.ShouldBe("tester");
        host.Get<TokenStore>().Find(TokenStore.Session, secret).ShouldBeNull();
        host.Get<Database>().Read(connection => connection.ExecuteScalar<long>(
            "SELECT count(*) FROM tokens WHERE CAST(hash AS TEXT) LIKE '%' || @secret || '%' OR name LIKE '%' || @secret || '%'", new { secret })).ShouldBe(0);
        time.Advance(TimeSpan.FromDays(2));
        host.Get<TokenStore>().Find(TokenStore.Bearer, secret).ShouldBeNull();
    }

    [Fact]
    public async Task Pages_allow_nothing_from_other_sites()
    {
        using var answer = await host.Client.GetAsync("/");
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'; script-src 'self';");
        answer.Headers.GetValues("X-Frame-Options").Single().ShouldBe("DENY");
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("https://");
    }

    [Fact]
    public async Task Login_links_are_made_with_a_token()
    {
        var (status, body) = await host.Post("/api/v1/login-links", """{"return_path":"/pool"}""");
        status.ShouldBe(HttpStatusCode.OK);
        var url = new Uri(body["url"]!.ToString());
        url.GetLeftPart(UriPartial.Authority).ShouldBe(host.Url);
        using var answer = await host.Stranger.GetAsync(url);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("url=/pool");
        (await host.Post("/api/v1/login-links", """{"return_path":"//evil.example"}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    private async Task<string> SignIn()
    {
        using var answer = await host.Stranger.GetAsync(host.LoginLink());
        return answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    private async Task<HttpStatusCode> Status(string path, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Cookie", cookie.Split(';')[0]);
        using var answer = await host.Stranger.SendAsync(request);
        return answer.StatusCode;
    }

    private async Task<HttpStatusCode> Delete(string cookie, string? origin, string? site)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/clusters/nothing");
        request.Headers.Add("Cookie", cookie);
        if (origin is not null) request.Headers.Add("Origin", origin);
        if (site is not null) request.Headers.Add("Sec-Fetch-Site", site);
        using var answer = await host.Stranger.SendAsync(request);
        return answer.StatusCode;
    }
}
