using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.WebConsole;

namespace DataPlatform.Services.Tests.ControlPlane.WebConsole;

public sealed class ClusterFilterTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly IReadOnlyList<ClusterSummary> Clusters =
    [
        Cluster("numbers", "spark", "ada", ClusterState.Ready, hours: 3, memory: 4096, Idle(minutes: 5)),
        Cluster("desk", "jupyter", "ada", ClusterState.Ready, hours: 1, memory: 1024, new ActivityView(ActivityState.Busy, "1 kernel", Noon, null)),
        Cluster("log", "kafka", "bob", ClusterState.Pending, hours: 8, memory: 0, null) with { Reason = "no host has 8 cpus free" },
        Cluster("archive", "hdfs", "bob", ClusterState.Parked, hours: 2, memory: 0, null) with { Blueprint = "nightly" },
        Cluster("broken", "kafka", "eve", ClusterState.Failed, hours: 5, memory: 512, Idle(minutes: 90)),
    ];

    [Theory]
    [InlineData("", "archive broken desk log numbers")]
    [InlineData("q=KAFKA", "broken log")]
    [InlineData("q=ada%20spark", "numbers")]
    [InlineData("q=8+cpus", "log")]
    [InlineData("q=nightly", "archive")]
    [InlineData("q=parked", "archive")]
    [InlineData("q=nobody", "")]
    [InlineData("state=Ready", "desk numbers")]
    [InlineData("state=ready&idle=true", "numbers")]
    [InlineData("idle=true", "broken numbers")]
    [InlineData("sort=State", "broken log desk numbers archive")]
    [InlineData("sort=Holds&down=true", "numbers desk broken archive log")]
    [InlineData("sort=Activity", "broken numbers archive desk log")]
    [InlineData("sort=Ends", "desk archive numbers broken log")]
    [InlineData("sort=Owner", "desk numbers archive log broken")]
    [InlineData("sort=Package", "archive desk broken log numbers")]
    [InlineData("sort=Name&down=true", "numbers log desk broken archive")]
    [InlineData("state=Nonsense&sort=7&idle=perhaps&down=", "archive broken desk log numbers")]
    public void Shows_what_the_address_asks_for(string query, string names) =>
        string.Join(' ', ClusterFilter.Of(query).Apply(Clusters).Select(cluster => cluster.Name)).ShouldBe(names);

    [Fact]
    public void Is_read_again_as_it_was_written()
    {
        var filter = new ClusterFilter("a&b = ü", ClusterState.Degraded, true, ClusterOrder.Ends, true);
        ClusterFilter.Of(filter.Query()).ShouldBe(filter);
        ClusterFilter.All.Query().ShouldBe("");
        ClusterFilter.Of("").ShouldBe(ClusterFilter.All);
    }

    [Fact]
    public void The_same_order_once_more_is_the_other_way_round()
    {
        var ends = ClusterFilter.All.By(ClusterOrder.Ends);
        (ends.Order, ends.IsDescending).ShouldBe((ClusterOrder.Ends, false));
        ends.By(ClusterOrder.Ends).IsDescending.ShouldBeTrue();
        ends.By(ClusterOrder.Ends).By(ClusterOrder.Owner).IsDescending.ShouldBeFalse();
    }

    private static ActivityView Idle(int minutes) => new(ActivityState.Idle, "jobs", Noon.AddMinutes(-minutes), null);

    private static ClusterSummary Cluster(string name, string package, string owner, ClusterState state, int hours, long memory, ActivityView? activity) =>
        new(name, name, package, "1.0", owner, state, null, Noon, Noon, Noon.AddHours(hours), new AmountsView(1000, memory, 0)) { Activity = activity };
}
