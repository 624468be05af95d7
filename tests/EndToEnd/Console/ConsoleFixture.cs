using System.Globalization;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.EndToEnd.Tests.Console;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.Tests.ControlPlane;
using DataPlatform.Services.Tests.ControlPlane.Charts;
using Microsoft.AspNetCore.Http;
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

    private static readonly EngineChart[] Charts =
    [
        new("Boxes", ChartUnit.PerSecond, [new EngineSeries("put", ChartQuery.Read("boxes{$cluster}").Query!), new EngineSeries("taken", ChartQuery.Read("taken{$cluster}").Query!)]),
        new("Weight", ChartUnit.Bytes, [new EngineSeries("of all boxes", ChartQuery.Read("odd{$cluster}").Query!)]),
    ];

    private IPlaywright? playwright;
    private ScriptedPrometheus prometheus = null!;

    public ControlPlaneHost Host { get; private set; } = null!;

    public IBrowser? Chromium { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Host = await ControlPlaneHost.Start();
        prometheus = await ScriptedPrometheus.StartAsync();
        prometheus.Answer = AnswerAsync;
        if (!File.Exists(Browser)) return;
        // A busy machine takes its time to draw.
        Assertions.SetDefaultExpectTimeout(15_000);
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

    /// <summary>From now on all clusters are measured.</summary>
    public void Measure(string name)
    {
        var id = Launch(name);
        Host.Engine.Show(id, Observed(name, DateTimeOffset.UtcNow, ClusterState.Ready) with { Charts = [], Endpoints = [prometheus.Endpoint] });
    }

    /// <summary>Two waves with a gap, and what is refused.</summary>
    private static Task AnswerAsync(HttpContext context)
    {
        var asked = context.Request.Query;
        if (asked["query"].ToString().StartsWith("odd", StringComparison.Ordinal))
        {
            context.Response.StatusCode = 422;
            return context.Response.WriteAsync("""{"status":"error","error":"query timed out"}""");
        }

        var (end, step, height) = (long.Parse(asked["end"]!, CultureInfo.InvariantCulture), long.Parse(asked["step"]!, CultureInfo.InvariantCulture), asked["query"].ToString().StartsWith("taken", StringComparison.Ordinal) ? 20 : 40);
        var points = Enumerable.Range(0, 181).Where(at => at is < 90 or > 100)
            .Select(at => string.Create(CultureInfo.InvariantCulture, $"[{end - (180 - at) * step},\"{height * (1.2 + Math.Sin(at / 12d)):0.###}\"]"));
        return context.Response.WriteAsync($$$"""{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[{{{string.Join(',', points)}}}]}]}}""");
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
            Charts = Charts,
            Tables = [new TableView("boxes", "Boxes", [new TableColumnView("box", "Box", ColumnKind.Text)], 15)],
            Pending = ready ? [] : [new PendingPod("worker-1", ["worker-1"], new AmountsView(1000, 1024, 0), 1, null)],
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (Chromium is not null) await Chromium.DisposeAsync();
        playwright?.Dispose();
        await Host.DisposeAsync();
        await prometheus.DisposeAsync();
    }
}
