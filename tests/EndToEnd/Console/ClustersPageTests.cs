using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Storage;
using DataPlatform.Services.Tests.ControlPlane;
using Microsoft.Playwright;
using Shouldly;

namespace DataPlatform.EndToEnd.Tests.Console;

/// <summary>The page of all clusters, with more of them than anybody reads.</summary>
public sealed class ClustersPageTests(ConsoleFixture console) : IAsyncLifetime
{
    private const int Many = 1000;
    private ControlPlaneHost host = null!;

    public async ValueTask InitializeAsync()
    {
        host = await ControlPlaneHost.Start();
        foreach (var number in Enumerable.Range(0, Many))
        {
            var name = $"many-{number:000}";
            var cluster = ((Outcome.Accepted)await host.Get<LaunchDesk>().LaunchAsync(new LaunchRequest("sample", name, null, 3600 + number), "tester", CancellationToken.None)).Cluster;
            host.Engine.Show(cluster.Id, ConsoleFixture.Observed(name, cluster.CreatedAt, number % 100 == 7 ? ClusterState.Starting : ClusterState.Ready));
        }
    }

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_thousand_are_searched_and_sorted_and_the_view_stands_in_the_address()
    {
        await using var context = await NewContextAsync();
        var page = await OpenAsync(context, "/");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "all 1000" })).ToHaveAttributeAsync("aria-pressed", "true");
        (await Rows(page).CountAsync()).ShouldBeLessThan(100, "only what is seen is drawn");

        await page.GetByRole(AriaRole.Button, new() { Name = "starting 10" }).PressAsync("Enter");
        await Assertions.Expect(Rows(page)).ToHaveCountAsync(10);
        await page.GetByRole(AriaRole.Button, new() { Name = "Ends in" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Ends in" }).ClickAsync();
        await Assertions.Expect(Rows(page).First).ToHaveAttributeAsync("data-name", "many-907");
        await page.GetByRole(AriaRole.Searchbox).PressSequentiallyAsync("many-3 worker-1");
        await Assertions.Expect(Rows(page)).ToHaveCountAsync(1);
        await Assertions.Expect(page).ToHaveURLAsync(host.Url + "/?q=many-3+worker-1&state=Starting&sort=Ends&down=true");

        await page.ReloadAsync();
        await Assertions.Expect(Rows(page)).ToHaveCountAsync(1);
        await Assertions.Expect(Rows(page).First).ToHaveAttributeAsync("data-name", "many-307");
        await page.GetByRole(AriaRole.Searchbox).FillAsync("nobody's");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show all" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "all 1000" })).ToHaveAttributeAsync("aria-pressed", "true");
    }

    [Fact]
    public async Task Several_are_chosen_shown_with_what_goes_with_them_and_deleted_at_once()
    {
        await using var context = await NewContextAsync();
        var page = await OpenAsync(context, "/?q=many-99");
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Choose all that are shown" }).PressAsync("Space");
        await Assertions.Expect(page.GetByRole(AriaRole.Checkbox, new() { Name = "Choose many-995" })).ToBeCheckedAsync();
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Choose many-995" }).PressAsync("Space");
        var chosen = page.GetByRole(AriaRole.Region, new() { Name = "Chosen clusters" });
        await Assertions.Expect(chosen.GetByText("9 chosen: 27 cpus, 27 GiB")).ToBeVisibleAsync();
        await chosen.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog.GetByText("many-990, many-991, many-992, many-993, many-994, many-996")).ToBeVisibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Assertions.Expect(page.GetByText("many-998, many-999: deleted.")).ToBeVisibleAsync();
        host.Get<ClusterViews>().List().Where(cluster => cluster.State == ClusterState.Deleting).Select(cluster => cluster.Name).Order()
            .ShouldBe(["many-990", "many-991", "many-992", "many-993", "many-994", "many-996", "many-997", "many-998", "many-999"]);
        if (ConsolePagesTests.Screenshots is { } folder) await page.ScreenshotAsync(new() { Path = Path.Combine(folder, "clusters-many.png") });
    }

    [Fact]
    public async Task One_that_is_gone_is_remembered_and_launched_again_as_it_was()
    {
        var id = ((Outcome.Accepted)await host.Get<LaunchDesk>().LaunchAsync(
            new LaunchRequest("sample", "quarterly", new JsonObject { ["workers"] = 7, ["label"] = "as it was" }, 3600) { Needs = ["many-001"] }, "ada", CancellationToken.None)).Cluster.Id;
        await using var context = await NewContextAsync();
        var page = await OpenAsync(context, "/clusters/quarterly");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Launch another like it" })).ToBeVisibleAsync();

        ((Outcome.Accepted)host.Get<LaunchDesk>().Delete("quarterly", "ada", "the quarter is over")).ShouldNotBeNull();
        host.Get<ClusterStore>().MarkDeleted(id, DateTimeOffset.UtcNow).ShouldBeTrue();
        await page.GotoAsync("/clusters/quarterly");
        await Assertions.Expect(page.GetByText("the quarter is over")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Launch another like it" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Name", new() { Exact = true })).ToHaveValueAsync("quarterly");
        await page.GetByRole(AriaRole.Button, new() { Name = "Launch", Exact = true }).ClickAsync();
        await page.WaitForURLAsync("**/clusters/quarterly");
        var again = host.Get<ClusterStore>().Find("quarterly").ShouldNotBeNull();
        again.Id.ShouldNotBe(id);
        (again.Options["workers"]!.GetValue<int>(), again.Options["label"]!.GetValue<string>(), again.Needs.Single()).ShouldBe((7, "as it was", "many-001"));
    }

    private static ILocator Rows(IPage page) => page.Locator("table.clusters tbody tr[data-name]");

    private async Task<IBrowserContext> NewContextAsync()
    {
        Assert.SkipWhen(console.Chromium is null, $"{ConsoleFixture.Browser} is not installed: apt-get install chromium");
        return await console.Chromium.NewContextAsync(new BrowserNewContextOptions { BaseURL = host.Url });
    }

    private async Task<IPage> OpenAsync(IBrowserContext context, string path)
    {
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(15_000);
        await page.GotoAsync(host.LoginLink() + "&return=" + Uri.EscapeDataString(path));
        // Only then it answers.
        await Assertions.Expect(page.Locator("h1")).ToBeFocusedAsync();
        return page;
    }
}
