using System.Net;
using System.Net.WebSockets;
using System.Text;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Clusters;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DataPlatform.Services.Tests.ControlPlane.Proxy;

public sealed class EngineProxyTests : IAsyncLifetime
{
    private ControlPlaneHost host = null!;
    private WebApplication engine = null!;
    private string engineUrl = "";

    public async ValueTask InitializeAsync()
    {
        engine = await LocalServer.StartAsync(app =>
        {
            app.UseWebSockets();
            app.Map("/{**path}", Answer);
        });
        engineUrl = engine.Urls.Single();
        host = await ControlPlaneHost.Start();
        var cluster = (await host.Get<LaunchDesk>().LaunchAsync(new LaunchRequest("sample", "trial", null, null), "tester", CancellationToken.None)).ShouldBeOfType<Outcome.Accepted>().Cluster;
        host.Engine.Headers["Authorization"] = "token of-the-engine";
        host.Engine.Show(cluster.Id, ScriptedOperator.Pending with
        {
            Endpoints =
            [
                new EndpointView("page", "Page", engineUrl + "/", "/ui/trial/page/"),
                new EndpointView("based", "Based", engineUrl + "/ui/trial/based/", "/ui/trial/based/"),
                new EndpointView("grpc", "No page", engineUrl, null),
            ],
        });
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task The_engines_address_takes_the_place_of_the_prefix()
    {
        (await host.Client.GetStringAsync("/ui/trial/page/jobs/1?a=b%20c")).ShouldStartWith("GET /jobs/1?a=b%20c");
        (await host.Client.GetStringAsync("/ui/trial/based/jobs")).ShouldStartWith("GET /ui/trial/based/jobs");
    }

    [Fact]
    public async Task What_signs_in_here_never_reaches_the_engine_and_its_own_token_does()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ui/trial/page/");
        request.Headers.Add("Cookie", "dp_session=secret; theirs=1; dp_page_trial=secret");
        var seen = await (await host.Client.SendAsync(request)).Content.ReadAsStringAsync();
        seen.ShouldContain("cookie: theirs=1");
        seen.ShouldNotContain("secret");
        seen.ShouldNotContain("Bearer");
        seen.ShouldContain("authorization: token of-the-engine");
        seen.ShouldContain("prefix: /ui/trial/page");
    }

    [Fact]
    public async Task The_engine_can_not_set_the_consoles_cookie()
    {
        using var answer = await host.Client.GetAsync("/ui/trial/page/cookies");
        answer.Headers.GetValues("Set-Cookie").ShouldBe(["theirs=1"]);
    }

    [Theory]
    [InlineData("/ui/trial/page/redirect-path", "/ui/trial/page/login")]
    [InlineData("/ui/trial/page/redirect-absolute", "/ui/trial/page/login?x=1")]
    [InlineData("/ui/trial/based/redirect-based", "/ui/trial/based/tree")]
    [InlineData("/ui/trial/page/redirect-scheme-relative", "/ui/trial/page/")]
    [InlineData("/ui/trial/page/redirect-to-the-host-it-is-told", "/ui/trial/page/jobs/?id=1")]
    [InlineData("/ui/trial/page/redirect-elsewhere", "http://elsewhere.example/jobs/")]
    public async Task Redirects_stay_within_the_prefix(string path, string location)
    {
        using var answer = await host.Client.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        answer.Headers.Location!.OriginalString.ShouldBe(location);
    }

    [Theory]
    [InlineData("/ui/trial/grpc/")]
    [InlineData("/ui/trial/nothing/")]
    [InlineData("/ui/nothing/page/")]
    [InlineData("/ui/..%2ftrial/page/")]
    [InlineData("/ui/trial/http:%2f%2fevil.example/")]
    [InlineData("/ui/trial/127.0.0.1:22/")]
    public async Task Only_declared_pages_are_reached(string path)
    {
        using var answer = await host.Client.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Dots_do_not_lead_out_of_the_engine()
    {
        using var answer = await host.Client.GetAsync("/ui/trial/based/..%2f..%2fother/x");
        var text = await answer.Content.ReadAsStringAsync();
        if (answer.IsSuccessStatusCode) text.ShouldStartWith("GET /ui/trial/based/");
    }

    [Fact]
    public async Task Needs_a_login()
    {
        using var answer = await host.Stranger.GetAsync("/ui/trial/page/");
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task An_engine_that_does_not_answer_is_named()
    {
        await engine.StopAsync();
        using var answer = await host.Client.GetAsync("/ui/trial/page/");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("does not answer");
    }

    [Fact]
    public async Task People_are_shown_a_page_that_looks_again_while_an_engine_does_not_answer()
    {
        await engine.StopAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ui/trial/page/") { Headers = { { "Accept", "text/html" } } };
        using var answer = await host.Client.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        var text = await answer.Content.ReadAsStringAsync();
        text.ShouldContain("http-equiv=\"refresh\"");
        text.ShouldContain("/clusters/trial\"");
    }

    [Fact]
    public async Task Websockets_pass()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", host.Client.DefaultRequestHeaders.Authorization!.ToString());
        await socket.ConnectAsync(new Uri(host.Url.Replace("http:", "ws:") + "/ui/trial/page/socket"), limit.Token);
        await socket.SendAsync(Encoding.UTF8.GetBytes("hello"), WebSocketMessageType.Text, true, limit.Token);
        var buffer = new byte[100];
        var got = await socket.ReceiveAsync(buffer, limit.Token);
        Encoding.UTF8.GetString(buffer, 0, got.Count).ShouldBe("hello");
    }

    private async Task Answer(HttpContext context)
    {
        var request = context.Request;
        var response = context.Response;
        switch (request.Path.Value!.Split('/')[^1])
        {
            case "socket":
                using (var socket = await context.WebSockets.AcceptWebSocketAsync())
                {
                    var buffer = new byte[100];
                    var got = await socket.ReceiveAsync(buffer, context.RequestAborted);
                    await socket.SendAsync(buffer.AsMemory(0, got.Count), WebSocketMessageType.Text, true, context.RequestAborted);
                }

                break;
            case "cookies":
                response.Headers.SetCookie = new[] { "dp_session=stolen; Path=/", " dp_page_trial=stolen", "theirs=1" };
                break;
            case "redirect-path":
                response.Redirect("/login");
                break;
            case "redirect-absolute":
                response.Redirect(engineUrl + "/login?x=1");
                break;
            case "redirect-to-the-host-it-is-told":
                response.Redirect($"http://{request.Host}/jobs/?id=1");
                break;
            case "redirect-elsewhere":
                response.Redirect("http://elsewhere.example/jobs/");
                break;
            case "redirect-based":
                response.Redirect("/ui/trial/based/tree");
                break;
            case "redirect-scheme-relative":
                response.Redirect("//evil.example/");
                break;
            default:
                await response.WriteAsync(
                    $"{request.Method} {request.Path}{request.QueryString}\ncookie: {request.Headers.Cookie}\nauthorization: {request.Headers.Authorization}\nprefix: {request.Headers["X-Forwarded-Prefix"]}");
                break;
        }
    }
}
