using System.Net;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Plans;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.Tests.ControlPlane.Rest;

public sealed class ChangeRoutesTests : IAsyncLifetime
{
    private ControlPlaneHost host = null!;

    public async ValueTask InitializeAsync()
    {
        host = await ControlPlaneHost.Start();
        (await host.Post("/api/v1/clusters", """{"package":"sample","name":"trial"}""")).Status.ShouldBe(HttpStatusCode.Created);
        host.Engine.PodChanges = [new PodChange("worker-0", PodChangeKind.Restarted, "its command changes")];
    }

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    private DesiredCluster Cluster => host.Get<ClusterStore>().Find("trial")!;

    [Fact]
    public async Task A_dry_run_says_what_restarts_and_changes_nothing()
    {
        var (status, body) = await host.Post("/api/v1/clusters/trial/update", """{"options":{"workers":5},"dry_run":true}""");
        status.ShouldBe(HttpStatusCode.OK);
        body.ToJsonString().ShouldBe("""{"target":2,"options":[{"option":"workers","before":"2","after":"5"}],"pods":[{"pod":"worker-0","change":"restarted","why":"its command changes"}],"is_wanted":false}""");
        (Cluster.Target, Cluster.Options["workers"]!.GetValue<int>()).ShouldBe((1, 2));
        host.Engine.Wanted.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_update_is_the_next_target_and_can_be_taken_back()
    {
        (await host.Post("/api/v1/clusters/trial/update", """{"options":{"workers":5}}""")).Body["is_wanted"]!.GetValue<bool>().ShouldBeTrue();
        (Cluster.Target, Cluster.Options["workers"]!.GetValue<int>()).ShouldBe((2, 5));
        host.Engine.Wanted.Last().Target.ShouldBe(2);
        host.Engine.Wanted.Last().ToWanted().Earlier[1]["workers"]!.GetValue<int>().ShouldBe(2);

        (await host.Post("/api/v1/clusters/trial/rollback", "{}")).Body["target"]!.GetValue<int>().ShouldBe(3);
        (Cluster.Target, Cluster.Options["workers"]!.GetValue<int>()).ShouldBe((3, 2));
        var targets = JsonNode.Parse(await host.Client.GetStringAsync("/api/v1/clusters/trial/targets"))!.AsArray();
        targets.Select(target => (target!["number"]!.GetValue<int>(), target["options"]!["workers"]!.GetValue<string>(), target["is_wanted"]!.GetValue<bool>()))
            .ShouldBe([(1, "2", false), (2, "5", false), (3, "2", true)]);
    }

    [Fact]
    public async Task An_option_that_is_wrong_is_refused_with_what_is_allowed()
    {
        var (status, body) = await host.Post("/api/v1/clusters/trial/update", """{"options":{"workers":500}}""");
        status.ShouldBe(HttpStatusCode.BadRequest);
        body["errors"]![0]!["field"]!.GetValue<string>().ShouldBe("options.workers");
        body["errors"]![0]!["allowed"]!.GetValue<string>().ShouldContain("at most 20");
        Cluster.Target.ShouldBe(1);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task A_fixed_option_is_refused_with_what_it_has_to_stay(string isDryRun)
    {
        var (status, body) = await host.Post("/api/v1/clusters/trial/update", $$$"""{"options":{"mode":"interactive","workers":5},"dry_run":{{{isDryRun}}}}""");
        status.ShouldBe(HttpStatusCode.Conflict);
        var error = body["errors"]!.AsArray().ShouldHaveSingleItem()!;
        (error["field"]!.GetValue<string>(), error["message"]!.GetValue<string>(), error["allowed"]!.GetValue<string>())
            .ShouldBe(("options.mode", "is fixed when a cluster is launched", "'batch', as it is; for 'interactive' launch another cluster"));
        (Cluster.Target, Cluster.Options["workers"]!.GetValue<int>()).ShouldBe((1, 2));
        (await host.Post("/api/v1/clusters/trial/update", """{"options":{"mode":"batch","workers":5}}""")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_target_that_there_was_not_is_refused_with_those_that_there_were()
    {
        var (status, body) = await host.Post("/api/v1/clusters/trial/rollback", """{"target":7}""");
        status.ShouldBe(HttpStatusCode.Conflict);
        body["errors"]![0]!["allowed"]!.GetValue<string>().ShouldBe("none: it was never changed");
    }

    [Fact]
    public async Task What_changes_nothing_is_no_target()
    {
        (await host.Post("/api/v1/clusters/trial/update", """{"options":{"workers":2}}""")).Body["target"]!.GetValue<int>().ShouldBe(1);
        Cluster.Target.ShouldBe(1);
    }

    [Fact]
    public async Task Restarts_pauses_and_parking_reach_the_scheduler_and_the_audit()
    {
        foreach (var action in (string[])["restart", "pause", "park"])
            (await host.Post($"/api/v1/clusters/trial/{action}", "")).Status.ShouldBe(HttpStatusCode.Accepted);
        var wanted = host.Engine.Wanted.Last().ToWanted();
        (wanted.Restarts, wanted.IsPaused, wanted.Goal).ShouldBe((1, true, DataPlatform.Operators.Sdk.Clusters.ClusterGoal.Park));
        foreach (var action in (string[])["continue", "resume", "retry", "rotate"])
            (await host.Post($"/api/v1/clusters/trial/{action}", "")).Status.ShouldBe(HttpStatusCode.Accepted);
        wanted = host.Engine.Wanted.Last().ToWanted();
        (wanted.Retries, wanted.Rotations, wanted.IsPaused, wanted.Goal).ShouldBe((1, 1, false, DataPlatform.Operators.Sdk.Clusters.ClusterGoal.Run));
        host.Get<AuditLog>().FirstBroken().ShouldBeNull();
    }

    [Fact]
    public async Task Only_a_pod_of_a_plan_can_be_forced_or_left_out()
    {
        var step = new StepView("worker-3", StepState.Pending, null, null, "waits");
        host.Engine.Show(Cluster.Id, ScriptedOperator.Pending with { Plans = [new PlanView("deploy", StepState.Pending, [new PhaseView("workers", "serial", StepState.Pending, [step])])] });
        (await host.Post("/api/v1/clusters/trial/pods/worker-9/skip", "")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await host.Post("/api/v1/clusters/trial/pods/worker-3/skip", "")).Status.ShouldBe(HttpStatusCode.Accepted);
        Cluster.Aim.Skipped.ShouldBe(["worker-3"]);
        // Another target is another plan.
        await host.Post("/api/v1/clusters/trial/update", """{"options":{"workers":5}}""");
        Cluster.Aim.Skipped.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_being_deleted_is_changed_no_more()
    {
        host.Get<LaunchDesk>().Delete("trial", "tester", "no longer needed");
        (await host.Post("/api/v1/clusters/trial/restart", "")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await host.Post("/api/v1/clusters/nothing/restart", "")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public void Of_two_changes_at_the_same_moment_one_is_refused()
    {
        var before = Cluster;
        var store = host.Get<ClusterStore>();
        var entry = new AuditEntry("tester", "update", "trial");
        store.SetTarget(before, new JsonObject { ["workers"] = 3 }, DateTimeOffset.UtcNow, entry).ShouldBeTrue();
        store.SetTarget(before, new JsonObject { ["workers"] = 4 }, DateTimeOffset.UtcNow, entry).ShouldBeFalse();
        Cluster.Options["workers"]!.GetValue<int>().ShouldBe(3);
    }
}
