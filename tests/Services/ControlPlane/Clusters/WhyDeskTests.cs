using System.Net;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.Cli;
using DataPlatform.Services.Tests.Cli;
using DataPlatform.Services.Tests.Master;

namespace DataPlatform.Services.Tests.ControlPlane.Clusters;

/// <summary>Why a cluster waits: asked as people ask, of a real control plane in front of a real master.</summary>
public sealed class WhyDeskTests
{
    [Fact]
    public async Task A_pod_that_waits_is_told_what_it_lacks_and_which_cluster_is_in_its_way()
    {
        await using var pool = await OccupiedPool.StartAsync();
        var (host, agent, framework) = (pool.Host, pool.Agent, pool.Framework);
        await LaunchAsync(host, "holder", ScriptedOperator.Pending with { Tasks = [Running("h1")], Reserved = new AmountsView(100, 32, 0) });
        await LaunchAsync(host, "trial", ScriptedOperator.Pending with
        {
            Pending = [new("worker-0", ["worker-0"], new(1000, 512, 0), 1, null), new("worker-1", ["worker-1"], new(1000, 512, 0), 1, "waits for worker-0 to be ready")],
            Waiting = [new PlacementReason("worker-0", "127.0.0.1:S0", "resources", "cpus: 1 asked, 0.9 free", DateTimeOffset.UnixEpoch)],
        });

        var (code, output) = await DpAsync(host, "why", "trial");

        code.ShouldBe(ExitCode.Waiting);
        output.ShouldBe($"""
            worker-0 waits for room on a host: it asks for 1 cpus where 127.0.0.1:5051 has 0.9 free.
            -> It fits on 127.0.0.1 when cluster holder ends in 11 min.
               Every host's reason: dp why trial --all

            """);
        (code, output) = await DpAsync(host, "why", "trial", "--all");
        code.ShouldBe(ExitCode.Waiting);
        output.ShouldStartWith("worker-0 waits for room on a host");
        output.ShouldContain("1: too little cpus is free");
        output.ShouldContain("127.0.0.1 (" + agent.Id + "): cpus:0.9;mem:992 is free for the role, cpus:1;mem:512 are wanted; ");
        output.ShouldContain("-> fits on 127.0.0.1 when cluster holder ends in 11 min");
        output.ShouldContain("worker-1, 1 cpus, 512 MiB: waits for worker-0 to be ready");
        output.ShouldContain("cpus: 1 asked, 0.9 free");
        (code, output) = await DpAsync(host, "why", "trial/worker-1", "-o", "json");
        code.ShouldBe(ExitCode.Waiting);
        var pod = JsonNode.Parse(output)!["pods"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)pod["waits_for"]!).ShouldBe("waits for worker-0 to be ready");
        (code, output) = await DpAsync(host, "why", "trial/worker-7");
        code.ShouldBe(ExitCode.Failed);

        (code, output) = await DpAsync(host, "why", "--framework", framework.Id, "--resources", "cpus:1");
        (code, output.Contains("when cluster holder ends", StringComparison.Ordinal)).ShouldBe((ExitCode.Waiting, true));
        await agent.UpdateAsync(new FrameworkID { Value = framework.Id }, agent.Status("h1", TaskState.TaskFinished));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while ((await DpAsync(host, "why", "--framework", framework.Id, "--resources", "cpus:1")).Code != ExitCode.Done)
            await Task.Delay(20, patience.Token);
        (code, output) = await DpAsync(host, "why", "--framework", "nobody");
        (code, output).ShouldBe((ExitCode.Failed, ""));
    }

    [Fact]
    public async Task An_idle_cluster_is_named_to_be_parked_with_how_long_it_did_nothing_and_no_other()
    {
        await using var pool = await OccupiedPool.StartAsync();
        var host = pool.Host;
        var since = DateTimeOffset.UtcNow.AddHours(-3).AddSeconds(-5);
        await LaunchAsync(host, "busy", Does(ActivityState.Busy, "h1"), lifetime: 7200);
        await LaunchAsync(host, "silent", Does(ActivityState.Unknown, "h1"), lifetime: 7200);
        await LaunchAsync(host, "dozing", Does(ActivityState.Idle, "h1"), lifetime: 7200);
        await LaunchAsync(host, "trial", ScriptedOperator.Pending with { Pending = [new("worker-0", ["worker-0"], new(1000, 512, 0), 1, null)] });

        var (code, output) = await DpAsync(host, "why", "trial");

        code.ShouldBe(ExitCode.Waiting);
        output.ShouldContain("-> It fits on 127.0.0.1 if idle cluster dozing of tester (0.1 cpus, 32 MiB) is parked, which has done nothing for 3 h 0 min: dp park dozing.");
        var change = JsonNode.Parse(await host.Client.GetStringAsync("/api/v1/clusters/trial/why"))!["pods"]![0]!["pool"]!["changes"]!.AsArray()
            .Single(change => (string)change!["kind"]! == "IDLE_ENDS")!["clusters"]![0]!;
        ((string)change["name"]!, change["idle_since"]!.GetValue<DateTimeOffset>()).ShouldBe(("dozing", since));
        await LaunchAsync(host, "reader", ScriptedOperator.Pending, label: "dozing");
        (await DpAsync(host, "why", "trial", "--all")).Output.ShouldNotContain("idle cluster");

        ClusterObservation Does(ActivityState state, string task) => ScriptedOperator.Pending with
        {
            Tasks = [Running(task)], Reserved = new AmountsView(100, 32, 0), Activity = new ActivityView(state, "jobs", since, null),
        };
    }

    [Fact]
    public async Task Pods_that_fit_alone_and_not_together_are_told_which_cluster_makes_room_for_all()
    {
        await using var pool = await OccupiedPool.StartAsync();
        var host = pool.Host;
        await LaunchAsync(host, "holder", ScriptedOperator.Pending with { Tasks = [Running("h1")], Reserved = new AmountsView(100, 32, 0) });
        await LaunchAsync(host, "trial", ScriptedOperator.Pending with
        {
            Reason = "head: a host for worker-0, as all get their places together: 127.0.0.1:5051 comes nearest: it lacks 0.1 cpus",
            Pending =
            [
                new("head", ["head"], new(500, 256, 0), 1, null) { LacksPlace = true },
                new("worker-0", ["worker-0"], new(500, 256, 0), 1, "waits for the head to be ready") { LacksPlace = true },
                new("old-0", ["old-0"], new(500, 256, 0), 1, "waits for its step"),
            ],
            Waiting = [new PlacementReason("worker-0", "127.0.0.1:5051", "resources", "it lacks 0.1 cpus", DateTimeOffset.UnixEpoch)],
        });

        var (code, output) = await DpAsync(host, "why", "trial");

        code.ShouldBe(ExitCode.Waiting);
        output.ShouldBe("""
            trial waits for a host for worker-0, as all get their places together: 127.0.0.1:5051 comes nearest: it lacks 0.1 cpus.
            -> It fits with all its pods when cluster holder ends in 11 min.
               Every host's reason: dp why trial --all

            """);
        (await DpAsync(host, "why", "trial/head")).Output.ShouldContain("-> It fits with all its pods when cluster holder ends in 11 min.");
    }

    [Fact]
    public async Task Without_a_master_the_operator_s_own_reasons_are_told_and_why_there_are_no_others()
    {
        await using var host = await ControlPlaneHost.Start();
        await LaunchAsync(host, "trial", ScriptedOperator.Pending with { Pending = [new("worker-0", ["worker-0"], new(1000, 512, 0), 1, null)] });

        var why = JsonNode.Parse(await host.Client.GetStringAsync("/api/v1/clusters/trial/why"))!;

        ((string)why["pods"]![0]!["not_asked"]!).ShouldContain("no master is configured");
        ((string)why["sentence"]!).ShouldBe("trial waits for the master: no master is configured; give --master URL.");
        using var framework = await host.Client.GetAsync("/api/v1/pool/why?framework_id=F");
        framework.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        using var nothing = await host.Client.GetAsync("/api/v1/pool/why");
        nothing.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var stranger = await host.Stranger.GetAsync("/api/v1/pool/why?framework_id=F");
        stranger.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_master_that_is_away_is_said_so_with_what_to_do()
    {
        await using var host = await ControlPlaneHost.Start(change: settings => settings with { Master = new Uri("http://127.0.0.1:1/") });
        await LaunchAsync(host, "trial", ScriptedOperator.Pending with { Pending = [new("worker-0", ["worker-0"], new(1000, 512, 0), 1, "no master answers at http://127.0.0.1:1")] });

        var (code, output) = await DpAsync(host, "why", "trial");

        code.ShouldBe(ExitCode.Waiting);
        output.ShouldContain("trial waits for the master: no master answers at http://127.0.0.1:1.");
        output.ShouldContain("-> See that the master runs.");
        output.ShouldNotContain("refused");
    }

    /// <summary>A control plane in front of a real master, on whose only host the task h1 runs.</summary>
    private sealed class OccupiedPool(MasterProcess master, FakeAgent agent, Master.TestFramework framework, ControlPlaneHost host) : IAsyncDisposable
    {
        public ControlPlaneHost Host => host;

        public FakeAgent Agent => agent;

        public Master.TestFramework Framework => framework;

        public static async Task<OccupiedPool> StartAsync()
        {
            var master = await MasterProcess.StartAsync();
            var agent = new FakeAgent(master.Endpoint, "cpus:1;mem:1024");
            await agent.RegisterAsync();
            var framework = await Master.TestFramework.SubscribeAsync(master.Endpoint);
            await FaultTests.RunAsync(framework, agent, "h1");
            return new(master, agent, framework, await ControlPlaneHost.Start(
                engine: new ScriptedOperator { FrameworkId = framework.Id }, change: settings => settings with { Master = master.Endpoint }));
        }

        public async ValueTask DisposeAsync()
        {
            await host.DisposeAsync();
            await framework.DisposeAsync();
            await agent.DisposeAsync();
            await master.DisposeAsync();
        }
    }

    private static TaskView Running(string id) => new(
        "worker-0", id, "TASK_RUNNING", null, "127.0.0.1", "S0", null, new AmountsView(100, 32, 0), new Dictionary<string, int>(), null, null, true);

    private static async Task LaunchAsync(ControlPlaneHost host, string name, ClusterObservation observation, int lifetime = 719, string label = "")
    {
        var (status, body) = await host.Post("/api/v1/clusters", $$"""{"package":"sample","name":"{{name}}","options":{"workers":1,"label":"{{label}}"},"lifetime_seconds":{{lifetime}}}""");
        status.ShouldBe(HttpStatusCode.Created);
        host.Engine.Show(body["summary"]!["id"]!.ToString(), observation);
    }

    private static async Task<(int Code, string Output)> DpAsync(ControlPlaneHost host, params string[] arguments)
    {
        var (code, output, _) = await DpOfHost.DpAsync(host, arguments);
        return (code, output);
    }
}
