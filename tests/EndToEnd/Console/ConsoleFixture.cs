using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.EndToEnd.Tests.Console;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.Tests.ControlPlane;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(ConsoleFixture))]

namespace DataPlatform.EndToEnd.Tests.Console;

/// <summary>A browser beside a control plane whose engine does what a test says: every page without any process of the pool.</summary>
public sealed class ConsoleFixture : IAsyncLifetime
{
    public const string Browser = "/usr/bin/chromium";

    private static readonly string[] Arguments =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    ];

    private IPlaywright? playwright;

    public ControlPlaneHost Host { get; private set; } = null!;

    public IBrowser? Chromium { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Host = await ControlPlaneHost.Start();
        if (!File.Exists(Browser)) return;
        playwright = await Playwright.CreateAsync();
        Chromium = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Browser, Args = Arguments });
    }

    /// <summary>A signed-in page that fails the test when it asks for anything outside the console.</summary>
    public async Task<IPage> Open(string path, bool phone = false, bool dark = false)
    {
        Assert.SkipWhen(Chromium is null, $"{Browser} is not installed: apt-get install chromium");
        var context = await Chromium.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Host.Url, ViewportSize = phone ? new ViewportSize { Width = 390, Height = 844 } : new ViewportSize { Width = 1280, Height = 860 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, Permissions = ["clipboard-read", "clipboard-write"],
        });
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(15_000);
        await page.RouteAsync(url => !url.StartsWith(Host.Url, StringComparison.Ordinal), route => throw new InvalidOperationException("asked for " + route.Request.Url));
        await page.GotoAsync(Host.LoginLink() + "&return=" + Uri.EscapeDataString(path));
        await page.WaitForURLAsync("**" + path);
        // Where the page puts the focus itself, soon after it is there: keys that come before would go elsewhere than they were meant.
        await Assertions.Expect(page.Locator("h1")).ToBeFocusedAsync();
        return page;
    }

    /// <summary>A cluster that came up a moment ago.</summary>
    public string Launch(string name, ClusterState state = ClusterState.Ready)
    {
        var request = new LaunchRequest("sample", name, new JsonObject { ["workers"] = 2 }, 8 * 3600);
        var cluster = ((Outcome.Accepted)Host.Get<LaunchDesk>().LaunchAsync(request, "tester", CancellationToken.None).Result).Cluster;
        Host.Engine.Show(cluster.Id, Observed(name, cluster.CreatedAt, state));
        return cluster.Id;
    }

    public static ClusterObservation Observed(string name, DateTimeOffset asked, ClusterState state)
    {
        var ready = state == ClusterState.Ready;
        DateTimeOffset At(double seconds) => asked.AddSeconds(seconds);
        TaskView Task(string task, int port, bool up, double started) => new(
            task, $"{name}-{task}", up ? "TASK_RUNNING" : "TASK_STAGING", null, "host-1", "agent-1", "http://127.0.0.1:1", new AmountsView(1000, 1024, 0),
            new Dictionary<string, int> { ["service"] = port }, At(started), null, up);
        return new ClusterObservation(
            state, ready ? null : "worker-1 waits for offers", ready ? At(6.4) : null, new AmountsView(3000, 3072, 0),
            [
                new PlanView("deploy", ready ? StepState.Complete : StepState.Starting,
                [
                    new PhaseView("master", "serial", StepState.Complete, [new StepView("master-0", StepState.Complete, At(0.3), At(2.9), null)]),
                    new PhaseView("worker", "parallel", ready ? StepState.Complete : StepState.Starting,
                    [
                        new StepView("worker-0", StepState.Complete, At(3), At(5.8), null),
                        ready ? new StepView("worker-1", StepState.Complete, At(3.1), At(6.4), null) : new StepView("worker-1", StepState.Preparing, At(3.1), null, "no host has 1 cpu free: 3 offers were refused"),
                    ]),
                ]),
            ],
            [Task("master-0", 31001, true, 0.3), Task("worker-0", 31005, true, 3), .. ready ? [Task("worker-1", 31009, true, 3.1)] : Array.Empty<TaskView>()],
            [new EndpointView("ui", "Sample UI", "http://127.0.0.1:1/", $"/ui/{name}/ui/"), new EndpointView("connect", "Connect", "sc://127.0.0.1:31002", null)],
            [
                new SnippetView("Python", "python", "from pyspark.sql import SparkSession\n\nspark = SparkSession.builder.remote(\"sc://127.0.0.1:31002\").getOrCreate()\nspark.range(10).show()"),
                new SnippetView("Shell", "shell", "export SPARK_REMOTE=sc://127.0.0.1:31002"),
            ],
            ready ? [] : [new PlacementReason("worker-1", "host-1", "resources", "needs 1 cpu, 0.5 free", asked), new PlacementReason("worker-1", "host-2", "ports", "no port free in 31000-31010", asked)])
        {
            Tables = [new TableView("boxes", "Boxes", [new TableColumnView("box", "Box", ColumnKind.Text)], 15)],
            Pending = ready ? [] : [new PendingPod("worker-1", ["worker-1"], new AmountsView(1000, 1024, 0), 1, null)],
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (Chromium is not null) await Chromium.DisposeAsync();
        playwright?.Dispose();
        await Host.DisposeAsync();
    }
}
