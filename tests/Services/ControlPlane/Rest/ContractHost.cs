using System.Net;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Packages;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.Tests.ControlPlane.Rest;

/// <summary>A control plane that has one of everything that its OpenAPI document speaks of: clusters, a blueprint, a token, a dataset, a backup.</summary>
public sealed class ContractHost : IAsyncLifetime
{
    public const string Lab = "schema: 1\nname: lab\nclusters:\n  numbers:\n    package: sample\n";

    private readonly TemporaryFolder folder = new();
    private string demo = "";

    public ControlPlaneHost Host { get; private set; } = null!;

    public JsonObject Document { get; private set; } = null!;

    /// <summary>The id of a token that may end.</summary>
    public string Token { get; private set; } = "";

    public string Folder => folder.Path;

    /// <summary>The cluster 'demo' is as it was, whatever was asked of it.</summary>
    public void ShowDemo() => Host.Engine.Show(demo, Demo);

    public async ValueTask InitializeAsync()
    {
        Host = await ControlPlaneHost.Start(packages: new OperatorFactory(package => new ScriptedOperator(package.Name) { Declared = package }));
        File.WriteAllText(Path.Combine(Host.Settings.Lake, "birds.csv"), "name,count\nGull,12\nTern\n");
        Directory.CreateDirectory(Path.Combine(Host.Settings.Lake, "_backups", "sample", "demo-1"));
        foreach (var name in (string[])["demo", "bare"])
            (await Host.Post("/api/v1/clusters", $$"""{"package":"sample","name":"{{name}}"}""")).Status.ShouldBe(HttpStatusCode.Created);
        demo = Host.Get<ClusterStore>().Find("demo")!.Id;
        Host.Engine.HandsOut[1] = new Dictionary<string, string> { ["PASSWORD"] = "hunter2" };
        (await Host.Post("/api/v1/blueprints", new JsonObject { ["content"] = Lab }.ToJsonString())).Status.ShouldBe(HttpStatusCode.OK);
        foreach (var cluster in Host.Get<ClusterStore>().Living())
            Host.Engine.Show(cluster.Id, ScriptedOperator.Pending with { Measured = [] });
        Token = (await Host.Post("/api/v1/tokens", """{"name":"spare","days":1}""")).Body["id"]!.GetValue<string>();
        Document = JsonNode.Parse(await Host.Client.GetStringAsync("/openapi/v1.json"))!.AsObject();
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        folder.Dispose();
    }

    private static ClusterObservation Demo { get; } = ScriptedOperator.Pending with
    {
        State = ClusterState.Ready, ReadyAt = DateTimeOffset.UtcNow, Reserved = new AmountsView(1000, 512, 10),
        Activity = new ActivityView(ActivityState.Busy, "3 jobs", DateTimeOffset.UtcNow, null),
        Plans = [new PlanView("deploy", StepState.Starting, [new PhaseView("workers", "serial", StepState.Starting, [new StepView("worker-0", StepState.Starting, DateTimeOffset.UtcNow, null, "its probe")])])],
        Tasks = [new TaskView("worker-0", "t1", "TASK_RUNNING", null, "127.0.0.1", "agent-1", "http://127.0.0.1:1", new AmountsView(1000, 512, 0), new Dictionary<string, int> { ["http"] = 31000 }, DateTimeOffset.UtcNow, null, true)],
        Endpoints = [new EndpointView("http", "HTTP", "http://127.0.0.1:31000", "/ui/demo/http/")], Snippets = [new SnippetView("curl", "shell", "curl")],
        Waiting = [new PlacementReason("worker-1", "127.0.0.1", "resources", "too little", DateTimeOffset.UtcNow)],
        Facts = [new FactView("worker-0", "boxes", "Boxes", "3", null, true, "any", DateTimeOffset.UtcNow)], Volumes = [new VolumeView("worker-0", "data", "127.0.0.1", 64)],
        Tables = [new TableView("boxes", "Boxes", [new TableColumnView("box", "Box", ColumnKind.Text)], 15)], Measured = [new MeasuredPod("worker-0", "127.0.0.1", 31000, "/m")],
        Operations = [new OperationView(1, "drop", "plain", StepState.Complete, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow, null, null) { HandsOut = true }],
        Events = [new EventView(1, DateTimeOffset.UtcNow, "worker-0", "runs")],
    };
}
