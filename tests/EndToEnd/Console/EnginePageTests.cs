using System.Net;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Tests.ControlPlane;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using Shouldly;

namespace DataPlatform.EndToEnd.Tests.Console;

/// <summary>An engine's page that means harm, in the browser of a person who is signed in at the console.</summary>
public sealed class EnginePageTests(ConsoleFixture console) : IAsyncLifetime
{
    /// <summary>What a script can try at another origin: to read, to change, to take the page that opened this one.</summary>
    private const string Harm = """
        <!DOCTYPE html><title>A page of an engine</title><h1>Harmless</h1><ul id="tried"></ul>
        <script>
          const console_ = "CONSOLE", neighbour = "NEIGHBOUR";
          const attempts = {
            "reads clusters": async () => (await fetch(console_ + "/api/v1/clusters", { credentials: "include" })).status,
            "makes a login link": async () => (await fetch(console_ + "/api/v1/login-links", { method: "POST", credentials: "include", headers: { "Content-Type": "application/json" }, body: "{}" })).status,
            "makes a login link, blindly": async () => (await fetch(console_ + "/api/v1/login-links", { method: "POST", credentials: "include", mode: "no-cors" })).type,
            "reads the console beside it": async () => (await fetch("/api/v1/clusters")).ok || (() => { throw 1 })(),
            "reads another cluster's page": async () => (await fetch(neighbour + "/ui/neighbour/ui/", { credentials: "include" })).status,
            "reads the page that opened it": async () => window.opener.document.title,
            "knows what signs in": async () => document.cookie.length > 0 || (() => { throw 1 })(),
          };
          (async () => {
            for (const [name, attempt] of Object.entries(attempts)) {
              let end;
              try { end = "done: " + await attempt(); } catch { end = "refused"; }
              const line = document.createElement("li");
              line.textContent = name + ": " + end;
              document.getElementById("tried").append(line);
            }
            document.title = "All tried";
          })();
        </script>
        """;

    private WebApplication engine = null!;

    public async ValueTask InitializeAsync() => engine = await LocalServer.StartAsync(app =>
        app.MapGet("/", () => Results.Content(Harm.Replace("CONSOLE", console.Host.Url).Replace("NEIGHBOUR", Own("neighbour")), "text/html")));

    public async ValueTask DisposeAsync() => await engine.DisposeAsync();

    [Fact]
    public async Task A_script_of_an_engines_page_can_do_nothing_as_the_person_who_looks_at_it()
    {
        Assert.SkipWhen(console.Chromium is null, $"{ConsoleFixture.Browser} is not installed: apt-get install chromium");
        foreach (var name in (string[])["harmful", "neighbour"])
        {
            var id = console.Launch(name);
            console.Host.Engine.Show(id, ConsoleFixture.Observed(name, DateTimeOffset.UtcNow, ClusterState.Ready) with { Endpoints = [new EndpointView("ui", "Sample UI", engine.Urls.Single() + "/", $"/ui/{name}/ui/")] });
        }

        await using var context = await console.Chromium.NewContextAsync(new BrowserNewContextOptions { BaseURL = console.Host.Url });
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(15_000);
        await page.GotoAsync(console.Host.LoginLink() + "&return=%2Fclusters%2Fneighbour");
        await OpenedAsync(context, page);
        var linksBefore = await LinksAsync();
        await page.GotoAsync("/clusters/harmful");
        var opened = await OpenedAsync(context, page);

        opened.Url.ShouldBe(Own("harmful") + "/ui/harmful/ui/");
        await Assertions.Expect(opened).ToHaveTitleAsync("All tried");
        (await opened.Locator("#tried li").AllTextContentsAsync()).ShouldBe(
        [
            "reads clusters: refused", "makes a login link: refused", "makes a login link, blindly: done: opaque", "reads the console beside it: refused", "reads another cluster's page: refused",
            "reads the page that opened it: refused", "knows what signs in: refused",
        ]);
        // What came of it the script did not see; the audit tells.
        (await LinksAsync()).ShouldBe(linksBefore);
        (await console.Host.Post("/api/v1/login-links", "{}")).Status.ShouldBe(HttpStatusCode.OK);
        (await LinksAsync()).ShouldBe(linksBefore + 1);

        // By its own address, as from a bookmark: the browser comes by the console and back.
        await opened.GotoAsync(Own("neighbour") + "/ui/neighbour/ui/?bookmark=1");
        await Assertions.Expect(opened.GetByRole(AriaRole.Heading, new() { Name = "Harmless" })).ToBeVisibleAsync();
        opened.Url.ShouldBe(Own("neighbour") + "/ui/neighbour/ui/?bookmark=1");
    }

    private async Task<int> LinksAsync() => JsonNode.Parse(await console.Host.Client.GetStringAsync("/api/v1/audit?action=create-login-link&limit=1000"))!.AsArray().Count;

    private static async Task<IPage> OpenedAsync(IBrowserContext context, IPage page)
    {
        var opened = await context.RunAndWaitForPageAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Open Sample UI" }).ClickAsync());
        opened.SetDefaultTimeout(15_000);
        await Assertions.Expect(opened.GetByRole(AriaRole.Heading, new() { Name = "Harmless" })).ToBeVisibleAsync();
        return opened;
    }

    private string Own(string cluster) => $"http://{cluster}.localhost:{new Uri(console.Host.Url).Port}";
}
