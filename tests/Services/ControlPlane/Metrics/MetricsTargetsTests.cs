using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Metrics;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.Tests.ControlPlane.Metrics;

public sealed class MetricsTargetsTests
{
    private static readonly DateTimeOffset Then = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Are_the_placed_pods_of_each_cluster_with_its_names()
    {
        var (targets, _) = MetricsTargets.OfClusters([
            (Cluster("sums"), Seen(new MeasuredPod("worker-0", "10.0.0.2", 31000, "/metrics"), new MeasuredPod("worker-1", "fd00::2", 31001, "/metrics"))),
            (Cluster("quiet"), Seen()),
        ]);

        targets!.Select(target => target.Targets.ShouldHaveSingleItem()).ShouldBe(["10.0.0.2:31000", "[fd00::2]:31001"]);
        targets![0].Labels.ShouldBe(new Dictionary<string, string> { ["__metrics_path__"] = "/metrics", ["cluster"] = "sums", ["package"] = "sample", ["pod"] = "worker-0" });
    }

    [Fact]
    public void Are_not_of_a_cluster_that_is_to_be_deleted() =>
        MetricsTargets.OfClusters([(Cluster("gone") with { DeleteRequestedAt = Then }, Seen(new MeasuredPod("head", "10.0.0.2", 31000, "/metrics")))]).Targets.ShouldBe([]);

    [Fact]
    public void Are_not_known_as_long_as_those_of_one_cluster_are_not()
    {
        MetricsTargets.OfClusters([(Cluster("known"), Seen()), (Cluster("new"), null)]).ShouldBe((null, "new"));
        MetricsTargets.OfClusters([(Cluster("new"), ClusterObservation.Unscheduled)]).ShouldBe((null, "new"));
    }

    [Fact]
    public void Are_known_without_a_cluster_that_has_failed_before_it_was_looked_at() =>
        MetricsTargets.OfClusters([(Cluster("broken"), ClusterObservation.Unscheduled with { State = ClusterState.Failed })]).Targets.ShouldBe([]);

    [Fact]
    public void Are_of_a_cluster_that_has_failed_what_still_runs() =>
        MetricsTargets.OfClusters([(Cluster("half"), Seen(new MeasuredPod("head", "10.0.0.2", 31000, "/metrics")) with { State = ClusterState.Failed })]).Targets!.Count.ShouldBe(1);

    [Fact]
    public void Of_the_platform_are_all_asked_of_the_control_plane()
    {
        var targets = MetricsTargets.OfPlatform(new Uri("https://platform.example:8443"), hasMaster: true, [Host("agent/1", "10.0.0.5")]);

        targets.ShouldAllBe(target => target.Targets.Count == 1 && target.Targets[0] == "platform.example:8443" && target.Labels["__scheme__"] == "https");
        targets.Select(target => (target.Labels["part"], target.Labels["instance"], target.Labels["__metrics_path__"])).ShouldBe(
            [("control-plane", "platform.example:8443", "/metrics"), ("master", "master", "/api/v1/metrics/master"), ("agent", "10.0.0.5:5051", "/api/v1/metrics/agents/agent%2F1")]);
    }

    [Fact]
    public void Of_the_platform_are_the_control_plane_alone_where_there_is_no_master() =>
        MetricsTargets.OfPlatform(new Uri("http://127.0.0.1:8080"), hasMaster: false, []).ShouldHaveSingleItem().Labels.ContainsKey("__scheme__").ShouldBeFalse();

    private static DesiredCluster Cluster(string name) => new("id-of-" + name, name, "sample", "1.0", "ann", new JsonObject(), Then, Then.AddHours(8));

    private static ClusterObservation Seen(params MeasuredPod[] measured) => ScriptedOperator.Pending with { State = ClusterState.Ready, Measured = measured };

    private static HostView Host(string id, string host) => new(
        id, host, 5051, true, new AmountsView(0, 0, 0), new AmountsView(0, 0, 0), new AmountsView(0, 0, 0), new Dictionary<string, string>(), 0, null);
}
