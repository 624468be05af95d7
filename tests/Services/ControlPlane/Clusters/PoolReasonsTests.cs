using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Storage;
using Change = DataPlatform.Core.Protocol.Extensions.PendingResponse.Types.Change;

namespace DataPlatform.Services.Tests.ControlPlane.Clusters;

public sealed class PoolReasonsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly IReadOnlyList<ClusterEnding> endings = ClusterEnding.InOrder([Ending("b", "bob", 30), Ending("a", "ann", 12), Ending("gone", "bob", 0), Ending("empty", "bob", 1, tasks: 0) with { Reserved = new AmountsView(0, 0, 0) }]);

    [Fact]
    public void Clusters_end_in_the_order_of_their_lifetimes() => endings.Select(ending => ending.Name).ShouldBe(["gone", "a", "b"]);

    [Theory]
    [InlineData(Change.Types.Type.TasksEndSoonest, "a", "fits on host-1 when cluster a ends in 12 min", 12)]
    [InlineData(Change.Types.Type.TasksEndSoonest, "gone", "fits on host-1 when cluster gone ends now", 0)]
    [InlineData(Change.Types.Type.TasksEndSoonest, "a b", "fits on host-1 when clusters a, b have ended, the last in 30 min", 30)]
    [InlineData(Change.Types.Type.TasksEndFewest, "b", "fits on host-1 if cluster b of bob (2 cpus, 1 GiB) is deleted", null)]
    [InlineData(Change.Types.Type.TasksEndFewest, "a b", "fits on host-1 if 2 clusters of ann, bob (4 cpus, 2 GiB) are deleted: a, b", null)]
    [InlineData(Change.Types.Type.IdleEnds, "a", "fits on host-1 if idle cluster a of ann (2 cpus, 1 GiB) is parked, which has done nothing for 3 h 0 min", null)]
    [InlineData(Change.Types.Type.IdleEnds, "b a", "fits on host-1 if 2 idle clusters of ann, bob (4 cpus, 2 GiB) are parked: b (nothing done for 3 h 0 min), a (nothing done for 3 h 0 min)", null)]
    [InlineData(Change.Types.Type.TasksEndFewest, "dask (F1)", "as the master says it", null)]
    public void What_ends_is_told_with_whose_it_is_and_when(Change.Types.Type type, string names, string text, int? minutes)
    {
        var change = new Change { Type = type, Text = "as the master says it", AgentId = "S1", Hostname = "host-1" };
        change.Endings.Add(names == "dask (F1)" ? [names] : names.Split(' '));
        var answer = new PendingResponse { FrameworkId = new FrameworkID { Value = "F" }, FrameworkName = "f", Role = "r", Agents = 2, SearchedAll = true, Changes = { change } };

        var told = PoolReasons.Of(answer, endings, Now).Changes.ShouldHaveSingleItem();

        (told with { Clusters = null }).ShouldBe(new WhyChange(WireName.Of(type), text, "host-1", minutes is { } after ? Now.AddMinutes(after) : null));
        told.Clusters?.Select(cluster => cluster.Name).ShouldBe(names.Split(' '));
    }

    [Theory]
    [InlineData(Change.Types.Type.TasksEndSoonest, "fits with all its pods when cluster a ends in 12 min")]
    [InlineData(Change.Types.Type.TasksEndFewest, "fits with all its pods if cluster a of ann (2 cpus, 1 GiB) is deleted")]
    [InlineData(Change.Types.Type.IdleEnds, "fits with all its pods if idle cluster a of ann (2 cpus, 1 GiB) is parked, which has done nothing for 3 h 0 min")]
    public void What_lets_all_pods_fit_names_no_host(Change.Types.Type type, string text)
    {
        var answer = new PendingResponse { FrameworkId = new FrameworkID { Value = "F" }, FrameworkName = "f", Role = "r", Agents = 2, SearchedAll = true };
        answer.Changes.Add(new Change { Type = type, Text = "as the master says it", LetsAllFit = true, Endings = { "a" } });

        var told = PoolReasons.OfCluster(answer, endings, Now).Changes.ShouldHaveSingleItem();

        (told.Text, told.Host, told.LetsAllFit).ShouldBe((text, null, true));
    }

    [Fact]
    public void Who_is_idle_for_the_longest_is_to_be_parked_first_and_who_is_busy_never() =>
        ClusterEnding.Idle([Ending("a", "ann", 1), Ending("b", "bob", 2) with { IdleSince = Now.AddHours(-4) }, Ending("c", "bob", 3) with { IdleSince = null }])
            .Select(ending => ending.Name).ShouldBe(["b", "a"]);

    [Theory]
    [InlineData(ActivityState.Idle, true)]
    [InlineData(ActivityState.Busy, false)]
    [InlineData(ActivityState.Unknown, false)]
    public void What_is_not_proved_to_be_idle_is_busy(ActivityState state, bool isIdle)
    {
        var observed = ClusterObservation.Unscheduled with { Activity = new ActivityView(state, "jobs", Now.AddHours(-1), null) };
        var cluster = new DesiredCluster("id", "a", "dask", "1", "ann", [], Now, Now.AddDays(1));

        ClusterEnding.Of(cluster, observed, "F1", Now).IdleSince.ShouldBe(isIdle ? Now.AddHours(-1) : null);
        ClusterEnding.Of(cluster with { DeleteRequestedAt = Now }, observed, "F1", Now).IdleSince.ShouldBeNull();
    }

    [Fact]
    public void What_only_a_cluster_s_own_scheduler_could_do_is_told_as_what_becomes_of_it()
    {
        var answer = new PendingResponse { FrameworkId = new FrameworkID { Value = "F" }, FrameworkName = "f", Role = "r", Agents = 1, SearchedAll = true };
        var reason = new PendingResponse.Types.Reason { Kind = PendingKind.Refused, Text = "the framework refused what is free there", Agents = 1 };
        reason.Examples.Add(new PendingResponse.Types.Agent { AgentId = "S1", Hostname = "host-1", Kind = PendingKind.Refused, Text = "the framework refused what is free there until 12:00" });
        answer.Reasons.Add(reason);
        answer.Changes.Add(new Change { Type = Change.Types.Type.RefusalEnds, Text = "with a REVIVE", AgentId = "S1", Hostname = "host-1", At = new TimeInfo { Nanoseconds = (Now.AddSeconds(3) - DateTimeOffset.UnixEpoch).Ticks * 100 } });

        var why = PoolReasons.OfCluster(answer, [], Now);

        why.Changes.ShouldHaveSingleItem().Text.ShouldBe("its scheduler looks at host-1 again in 3.0 s, and takes it when there is room for all that it still lacks");
        why.Reasons[0].Reason.ShouldBe("has room for this one, and was let go for a few seconds: all that the cluster still lacks gets its places together or not at all");
        why.Reasons[0].Examples[0].Reason.ShouldBe(why.Reasons[0].Reason);
        PoolReasons.Of(answer, [], Now).Changes[0].Text.ShouldBe("with a REVIVE");
    }

    private static ClusterEnding Ending(string name, string owner, int minutes, int tasks = 1) =>
        new(name, owner, Now.AddMinutes(minutes), new AmountsView(2000, 1024, 0), "F1", [.. Enumerable.Range(0, tasks).Select(task => $"{name}-{task}")])
    {
        IdleSince = Now.AddHours(-3),
    };
}
