using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Blueprints;
using DataPlatform.Services.ControlPlane.Storage;
using Microsoft.Playwright;

namespace DataPlatform.EndToEnd.Tests.Console;

public sealed class ConsolePagesTests(ConsoleFixture console)
{
    internal static readonly string? Screenshots = Environment.GetEnvironmentVariable("DP_SCREENSHOTS");

    [Fact]
    public async Task A_cluster_is_launched_from_the_form_by_keyboard_alone()
    {
        var page = await console.Open("/launch/sample");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("by-keyboard");
        await page.GetByRole(AriaRole.Button, new() { Name = "Large" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByLabel("Workers")).ToHaveValueAsync("8");
        await page.GetByLabel("Mode").SelectOptionAsync("interactive");
        await page.GetByRole(AriaRole.Button, new() { Name = "Launch", Exact = true }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/clusters/by-keyboard");
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("by-keyboard");
        var options = console.Host.Get<ClusterStore>().Find("by-keyboard")!.Options;
        (options["workers"]!.GetValue<int>(), options["mode"]!.GetValue<string>()).ShouldBe((8, "interactive"));
    }

    [Fact]
    public async Task A_refusal_shows_at_its_field_and_nothing_is_launched()
    {
        var page = await console.Open("/launch/sample");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Bad Name");
        await page.GetByLabel("Workers").FillAsync("99");
        await page.GetByRole(AriaRole.Button, new() { Name = "Launch", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("#option-workers-hint [role=alert]")).ToContainTextAsync("at most 20");
        await Assertions.Expect(page.Locator("#option-name-hint [role=alert]")).ToContainTextAsync("a-z");
        await Save(page, "launch-refused");
        console.Host.Get<ClusterStore>().Living().ShouldNotContain(cluster => cluster.Name == "Bad Name");
    }

    [Fact]
    public async Task An_operation_is_given_what_it_needs_by_a_form_and_a_refusal_shows_at_its_field()
    {
        console.Launch("gives");
        var page = await console.Open("/clusters/gives");
        await page.GetByRole(AriaRole.Button, new() { Name = "Drop", Exact = true }).ClickAsync();
        var form = page.GetByRole(AriaRole.Form, new() { Name = "Drop" });
        await form.GetByLabel("Table", new() { Exact = true }).FillAsync("Orders");
        await form.GetByRole(AriaRole.Button, new() { Name = "Drop", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("#option-table-hint [role=alert]")).ToContainTextAsync("not of the allowed form");
        await Save(page, "operation-refused");
        console.Host.Get<ClusterStore>().Find("gives")!.Aim.Operations.ShouldBeNull();

        await form.GetByLabel("Table", new() { Exact = true }).FillAsync("orders");
        await Assertions.Expect(form.GetByLabel("Rows")).ToBeHiddenAsync();
        await form.GetByLabel("Its name once more").FillAsync("orders");
        await form.GetByRole(AriaRole.Button, new() { Name = "Drop", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("table=orders, again=orders")).ToBeVisibleAsync();
        await Assertions.Expect(form).ToHaveCountAsync(0);
        await Save(page, "operation-given");
    }

    [Fact]
    public async Task What_a_cluster_needs_is_chosen_on_the_form_and_what_is_fixed_is_locked_afterwards()
    {
        console.Launch("numbers");
        var page = await console.Open("/launch/sample");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("needs-numbers");
        await page.GetByText("Needs other clusters").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "numbers", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "numbers", Exact = true })).ToHaveAttributeAsync("aria-pressed", "true");
        await Save(page, "launch-needs");
        await page.GetByRole(AriaRole.Button, new() { Name = "Launch", Exact = true }).ClickAsync();
        await page.WaitForURLAsync("**/clusters/needs-numbers");
        console.Host.Get<ClusterStore>().Find("needs-numbers")!.Needs.ShouldBe(["numbers"]);

        page = await console.Open("/clusters/needs-numbers/change");
        await Assertions.Expect(page.GetByLabel("Mode")).ToBeDisabledAsync();
        await Assertions.Expect(page.Locator("#option-mode-hint")).ToContainTextAsync("fixed when a cluster is launched");
        await Assertions.Expect(page.GetByLabel("Workers")).ToBeEnabledAsync();
        await Save(page, "change-fixed");
    }

    [Fact]
    public async Task A_cluster_page_follows_the_cluster_without_reloading()
    {
        var id = console.Launch("live", ClusterState.Starting);
        var page = await console.Open("/clusters/live");
        await Assertions.Expect(page.GetByText("no host has 1 cpu free: 3 offers were refused")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("needs 1 cpu, 0.5 free")).ToBeHiddenAsync();
        await page.GetByText("Offers that were looked at").PressAsync("Enter");
        await Assertions.Expect(page.GetByText("needs 1 cpu, 0.5 free")).ToBeVisibleAsync();
        await page.GetByText("Every host's reason").PressAsync("Enter");
        await Assertions.Expect(page.GetByText("no master is configured").Last).ToBeVisibleAsync();
        console.Host.Engine.Show(id, ConsoleFixture.Observed("live", DateTimeOffset.UtcNow.AddSeconds(-7), ClusterState.Ready));
        await Assertions.Expect(page.Locator("h1 .state")).ToHaveTextAsync("Ready");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Open Sample UI" })).ToHaveAttributeAsync("href", "/ui/live/ui/");
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy Python" }).ClickAsync();
        // The browser fills the clipboard after the click.
        await page.WaitForFunctionAsync("() => navigator.clipboard.readText().then(text => text.includes('SparkSession.builder.remote'))");
    }

    [Fact]
    public async Task A_cluster_is_deleted_only_after_it_was_confirmed()
    {
        var id = console.Launch("to-delete");
        var page = await console.Open("/clusters/to-delete");
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep it" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        console.Host.Get<ClusterStore>().FindById(id)!.DeleteRequestedAt.ShouldBeNull();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1 .state")).ToHaveTextAsync("Deleting");
        console.Host.Engine.Removed.ShouldContain(id);
    }

    [Fact]
    public async Task A_deletion_is_left_and_confirmed_by_keyboard_alone()
    {
        var id = console.Launch("to-delete-by-keyboard");
        var page = await console.Open("/clusters/to-delete-by-keyboard");
        var (dialog, store) = (page.GetByRole(AriaRole.Dialog), console.Host.Get<ClusterStore>());
        var (keep, delete) = (dialog.GetByRole(AriaRole.Button, new() { Name = "Keep it" }), dialog.GetByRole(AriaRole.Button, new() { Name = "Delete" }));
        await TabTo(page, "Delete");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(keep).ToBeFocusedAsync();
        await Assertions.Expect(delete).ToHaveCSSAsync("background-color", "rgb(179, 38, 30)");
        await Save(page, "delete-dialog");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(dialog).ToHaveCountAsync(0);
        store.FindById(id)!.DeleteRequestedAt.ShouldBeNull();

        await TabTo(page, "Delete");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(keep).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(delete).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("h1 .state")).ToHaveTextAsync("Deleting");
        store.FindById(id)!.DeleteRequestedAt.ShouldNotBeNull();
    }

    [Theory]
    [InlineData(false, "rgb(36, 87, 166)")]
    [InlineData(true, "rgb(127, 176, 255)")]
    public async Task Whatever_takes_the_keyboard_shows_that_it_has_it(bool dark, string colour)
    {
        var name = dark ? "ringed-dark" : "ringed-light";
        console.Launch(name);
        var seen = new HashSet<string>();
        foreach (var path in (string[])["/clusters/" + name, "/launch/sample", "/access", "/sql"])
        {
            var page = await console.Open(path, dark: dark);
            await Assertions.Expect(page.Locator(".bar nav a.active")).ToHaveCSSAsync("color", colour);
            await foreach (var (tag, text, outline) in Tabbed(page))
            {
                outline.ShouldBe($"solid 2px {colour}", $"{tag} '{text}' on {path}");
                seen.Add(tag);
            }

            await page.Context.CloseAsync();
        }

        seen.ShouldBeSubsetOf(["A", "BUTTON", "INPUT", "SELECT", "SUMMARY", "TEXTAREA", "DIV", "PRE"]);
        foreach (var tag in (string[])["A", "BUTTON", "INPUT", "SELECT", "SUMMARY", "TEXTAREA"]) seen.ShouldContain(tag);
    }

    [Fact]
    public async Task A_blueprint_is_brought_up_by_keyboard_after_it_was_shown_what_it_does_and_taken_down_as_one_thing()
    {
        var page = await console.Open("/blueprints-up");
        var file = page.GetByLabel("Blueprint", new() { Exact = true });
        await file.FillAsync("schema: 1\nname: pair\nclusters:\n  pair-one: { package: smaple }\n");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show what changes" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("ul.problems")).ToContainTextAsync("blueprint:4:24 there is no package smaple; allowed: sample");
        await file.FillAsync("schema: 1\nname: pair\nclusters:\n  pair-two: { package: sample, needs: [pair-one] }\n  pair-one: { package: sample }\n");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show what changes" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("tbody tr").First).ToContainTextAsync("pair-one");
        await page.GetByRole(AriaRole.Button, new() { Name = "Bring it up" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/blueprints/pair");
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
        var store = console.Host.Get<ClusterStore>();
        foreach (var name in (string[])["pair-one", "pair-two"]) console.Host.Engine.Show(store.Find(name)!.Id, ConsoleFixture.Observed(name, DateTimeOffset.UtcNow.AddSeconds(-7), ClusterState.Ready));
        await Assertions.Expect(page.Locator("h1 .state")).ToHaveTextAsync("Ready");

        await page.GetByRole(AriaRole.Button, new() { Name = "Take down" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Take down" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1 .state")).ToHaveTextAsync("Deleting");
        (store.Find("pair-one")!.DeleteRequestedAt is not null && store.Find("pair-two")!.DeleteRequestedAt is not null).ShouldBeTrue();
    }

    [Fact]
    public async Task An_extension_moves_the_end()
    {
        var id = console.Launch("to-extend");
        var before = console.Host.Get<ClusterStore>().FindById(id)!.ExpiresAt;
        var page = await console.Open("/clusters/to-extend");
        await page.GetByRole(AriaRole.Button, new() { Name = "Extend by 8 h" }).ClickAsync();
        await Assertions.Expect(page.Locator("dl.options")).ToContainTextAsync("in 15 h");
        console.Host.Get<ClusterStore>().FindById(id)!.ExpiresAt.ShouldBe(before.AddHours(8));
    }

    [Fact]
    public async Task A_dataset_shows_its_schema_and_rows()
    {
        Directory.CreateDirectory(console.Host.Settings.Lake);
        await File.WriteAllTextAsync(Path.Combine(console.Host.Settings.Lake, "delays.csv"), "carrier,flights,mean_delay\nAA,1204,7.5\nUA,998,\n");
        var page = await console.Open("/lake");
        await page.GetByRole(AriaRole.Link, new() { Name = "delays.csv" }).ClickAsync();
        await Assertions.Expect(page.GetByText("2 rows")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Cell, new() { Name = "1204" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_lake_answers_SQL_as_a_table_a_chart_and_a_download()
    {
        Directory.CreateDirectory(console.Host.Settings.Lake);
        await File.WriteAllTextAsync(Path.Combine(console.Host.Settings.Lake, "delays.csv"), "carrier,flights,mean_delay\nAA,1204,7.5\nUA,998,\n");
        var page = await console.Open("/sql");
        await page.GetByLabel("Query").FillAsync("SELECT carrier, flights * 2 AS twice FROM \"delays.csv\" ORDER BY carrier");
        await page.Keyboard.PressAsync("Control+Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "2 rows" })).ToBeVisibleAsync(new() { Timeout = 20_000 });
        await Assertions.Expect(page.GetByRole(AriaRole.Cell, new() { Name = "2408" }).First).ToBeVisibleAsync();
        await page.GetByText("Chart", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("twice by carrier")).ToBeVisibleAsync();
        await Save(page, "sql-answer");
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Download as CSV" }).ClickAsync());
        (await File.ReadAllTextAsync(await download.PathAsync())).ShouldBe("carrier,twice\r\nAA,2408\r\nUA,1996\r\n");

        await page.GetByLabel("Query").FillAsync("SELECT * FROM read_csv('/etc/passwd')");
        await page.GetByRole(AriaRole.Button, new() { Name = "Ask" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("disabled by configuration", new() { Timeout = 20_000 });
    }

    [Fact]
    public async Task A_cluster_shows_what_is_measured_of_it_as_lines_and_as_a_table_over_the_time_that_is_chosen()
    {
        console.Launch("measured");
        console.Measure("measures");
        var page = await console.Open("/clusters/measured");
        var boxes = page.GetByRole(AriaRole.Figure).Filter(new() { HasText = "Boxes per second" });
        await Assertions.Expect(boxes.GetByRole(AriaRole.Img)).ToHaveAttributeAsync("aria-label", new System.Text.RegularExpressions.Regex("Boxes, per second, .*put .*/s now"));
        (await boxes.Locator(".plot path").CountAsync()).ShouldBe(2);
        var line = await boxes.Locator(".plot path").First.GetAttributeAsync("d");
        line!.Count(letter => letter == 'M').ShouldBe(2, "there is a gap");
        await Assertions.Expect(page.GetByText("refuses the question: query timed out")).ToBeVisibleAsync();

        // All by keyboard.
        await boxes.GetByText("Boxes as a table").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(boxes.GetByRole(AriaRole.Columnheader, new() { Name = "Time (UTC)" })).ToBeVisibleAsync();
        (await boxes.Locator("details tbody tr").CountAsync()).ShouldBe(13);
        await page.GetByLabel("Over").SelectOptionAsync("1440");
        await Assertions.Expect(boxes.Locator("details tbody th").First).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^\d\d-\d\d \d\d:\d\d$"));
        await Save(page, "charts");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Every_page_fits_its_window(bool phone, bool dark)
    {
        var suffix = (phone ? "phone" : "desktop") + (dark ? "-dark" : "-light");
        await File.WriteAllTextAsync(Path.Combine(console.Host.Settings.Lake, "delays.csv"), "carrier,flights,mean_delay\nAA,1204,7.5\nUA,998,\n");
        console.Launch("fits-" + suffix);
        console.Measure("watch-" + suffix);
        console.Launch("waits-" + suffix, ClusterState.Starting);
        var blueprint = $"schema: 1\nname: lab-{suffix}\ntitle: A lab\nclusters:\n  numbers-{suffix}: {{ package: sample }}\n  desk-{suffix}: {{ package: sample, needs: [numbers-{suffix}] }}\n";
        (await console.Host.Get<BlueprintDesk>().UpAsync(new BlueprintRequest(blueprint, null, null), "tester", CancellationToken.None)).ShouldBeOfType<BlueprintOutcome.Up>();
        (string Path, string Name)[] pages =
        [
            ("/", "clusters"), ("/catalogue", "catalogue"), ("/launch/sample", "launch"), ("/clusters/fits-" + suffix, "cluster-ready"),
            ("/clusters/waits-" + suffix, "cluster-waiting"), ("/blueprints", "blueprints"), ("/blueprints/lab-" + suffix, "blueprint"), ("/blueprints-up?of=lab-" + suffix, "blueprint-up"), ("/pool", "pool"), ("/lake", "lake"), ("/lake/delays.csv", "dataset"), ("/sql", "sql"), ("/access", "access"), ("/audit", "audit"), ("/not-found", "not-found"),
        ];
        foreach (var (path, name) in pages)
        {
            var page = await console.Open(path, phone, dark);
            await page.WaitForTimeoutAsync(Screenshots is null ? 0 : 700);
            await Save(page, $"{name}-{suffix}");
            var overflow = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            overflow.ShouldBeLessThanOrEqualTo(0, path);
            await page.Context.CloseAsync();
        }
    }

    [Fact]
    public async Task An_open_page_ends_with_its_session()
    {
        console.Launch("left-open");
        var page = await console.Open("/clusters/left-open");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Delete" })).ToBeVisibleAsync();

        var tokens = console.Host.Get<TokenStore>();
        tokens.Remove(tokens.List().First(token => token.Kind == TokenStore.Session).Id).ShouldBeTrue();

        await Assertions.Expect(page.GetByText("Your session has ended.")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Delete" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_token_is_made_and_revoked_on_the_access_page_and_stands_in_the_audit()
    {
        var page = await console.Open("/access");
        await page.GetByLabel("A new one, for").FillAsync("from-the-page");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make token" }).ClickAsync();
        var secret = await page.Locator("figure.snippet code").InnerTextAsync();
        console.Host.Get<TokenStore>().Find(TokenStore.Bearer, secret).ShouldNotBeNull().Name.ShouldBe("from-the-page");
        await Save(page, "access-token");

        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke from-the-page of tester" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Revoke from-the-page of tester" })).ToHaveCountAsync(0);
        console.Host.Get<TokenStore>().Find(TokenStore.Bearer, secret).ShouldBeNull();

        await page.GotoAsync("/audit");
        await page.GetByLabel("With what").FillAsync("from-the-page");
        await page.GetByRole(AriaRole.Button, new() { Name = "Find", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Button, new() { Name = "Check all entries" }).ClickAsync();
        await Assertions.Expect(page.GetByText("entries are as they were written.")).ToBeVisibleAsync();
    }

    private static async Task TabTo(IPage page, string text)
    {
        await foreach (var at in Tabbed(page))
            if (at.Text == text) return;
        throw new InvalidOperationException($"no Tab leads to {text}");
    }

    /// <summary>All that Tab leads to, from where the focus is around until it comes to something again.</summary>
    private static async IAsyncEnumerable<(string Tag, string Text, string Outline)> Tabbed(IPage page)
    {
        await page.EvaluateAsync("() => { window.tabbed = new Set(); }");
        while (true)
        {
            await page.Keyboard.PressAsync("Tab");
            var at = await page.EvaluateAsync<string[]?>("""
                () => {
                    const on = document.activeElement, style = getComputedStyle(on);
                    if (window.tabbed.has(on)) return null;
                    window.tabbed.add(on);
                    return [on.tagName, on.innerText?.trim() ?? '', `${style.outlineStyle} ${style.outlineWidth} ${style.outlineColor}`];
                }
                """);
            if (at is null) yield break;
            // There the browser has the keyboard.
            if (at[0] != "BODY") yield return (at[0], at[1], at[2]);
        }
    }

    private static async Task Save(IPage page, string name)
    {
        if (Screenshots is { } folder) await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = true });
    }
}
