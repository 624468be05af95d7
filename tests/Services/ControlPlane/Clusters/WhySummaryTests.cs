using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Clusters;

namespace DataPlatform.Services.Tests.ControlPlane.Clusters;

public sealed class WhySummaryTests
{
    [Fact]
    public void Names_the_host_that_comes_nearest_as_the_pool_does_and_what_it_lacks()
    {
        var pool = Pool([new HostsReason("TOO_LITTLE", "too little is free", 3, [])], [new WhyChange("TASKS_END_FEWEST", "fits on h2 if cluster other of me (1 cpus) is deleted", "h2", null)], hosts: 3);
        var (sentence, toDo) = Of([Pod("worker-0", pool: pool), Pod("worker-1", pool: pool), Pod("sink-0", "waits for worker-0 to be ready")], Host("h1", 4000, 3900), Host("h2", 4000, 2100), Host("h3", 4000, 4000));

        sentence.ShouldBe("worker-0 and 1 more wait for room on a host: each asks for 2 cpus where h2:5051 has 1.9 free, the nearest of 3 hosts.");
        toDo.ShouldBe("It fits on h2 if cluster other of me (1 cpus) is deleted.");
    }

    [Fact]
    public void Where_room_is_there_says_what_else_stands_between()
    {
        var pool = Pool([new HostsReason("AGENT_DRAINING", "is being drained", 2, [new HostReason("h1", "h1", "is being drained until 12:00")])], [], hosts: 2);
        var (sentence, toDo) = Of([Pod("worker-0", pool: pool)], Host("h1", 4000, 0), Host("h2", 4000, 0));

        sentence.ShouldBe("worker-0 waits for a host: h1:5051 is being drained until 12:00, as 1 more.");
        toDo.ShouldBe("Ask for less (dp update), or add a host that has it.");
    }

    [Fact]
    public void What_fits_is_only_waited_for() =>
        Of([Pod("worker-0", pool: Pool([new HostsReason("FITS", "fits", 1, [])], []))], Host("h1", 4000, 0)).ShouldBe(("worker-0 waits for a host on which there is room to be offered.", null));

    [Fact]
    public void What_fits_alone_and_not_with_the_others_says_so()
    {
        var pod = Pod("head", pool: Pool([new HostsReason("OFFERED", "is offered", 1, [])], []));
        var other = Pod("worker-0", "the head has no place yet") with { Refusals = [new PlacementReason("worker-0", "h1:5051", "resources", "it lacks 1 cpus", default)] };
        Say(new ClusterWhy("trial", ClusterState.Pending, "head: a host for worker-0: h1:5051 lacks 1 cpus", [pod, other]), hosts: Host("h1", 4000, 0)).Sentence
            .ShouldBe("trial waits for a host for worker-0: h1:5051 lacks 1 cpus.");
    }

    [Theory]
    [InlineData("OFFERED")]
    [InlineData("TOO_LITTLE")]
    public void What_lets_all_fit_is_to_be_done_before_what_lets_one(string kind)
    {
        var idle = new WhyChange("IDLE_ENDS", "fits with all its pods if idle cluster a of me (1 cpus) is parked", null, null) { LetsAllFit = true, Clusters = [new("a", "me", new(1000, 512, 0), Now.AddHours(-2))] };
        var one = new WhyChange("REFUSAL_ENDS", "fits on h1 in a moment", "h1", Now.AddSeconds(2));
        var pod = Pod("head", pool: Pool([new HostsReason(kind, "as it is", 1, [])], [one, idle])) with { Refusals = [new PlacementReason("head", "h1:5051", "resources", "it lacks 1 cpus", default)] };

        Say(new ClusterWhy("trial", ClusterState.Pending, "head: a host for worker-0: h1:5051 lacks 1 cpus", [pod]), hosts: Host("h1", 4000, 3900)).ToDo
            .ShouldBe("It fits with all its pods if idle cluster a of me (1 cpus) is parked: dp park a.");
    }

    [Fact]
    public void An_empty_pool_needs_an_agent() =>
        Of([Pod("worker-0", pool: Pool([], [], hosts: 0))]).ShouldBe(("worker-0 waits for a host: the pool has none.", "Start an agent on a host (dp-agent --master URL)."));

    [Fact]
    public void What_has_failed_says_why_and_how_to_try_it_again() =>
        Say(new ClusterWhy("trial", ClusterState.Failed, "worker-0: exit 1", [Pod("worker-0", "exit 1")])).ShouldBe(("trial has failed. worker-0: exit 1", "When that is mended: dp retry trial"));

    [Fact]
    public void A_plan_that_is_paused_is_to_be_continued() =>
        Say(new ClusterWhy("trial", ClusterState.Starting, null, [Pod("worker-0", "the plan to be continued: it is paused")]), isPaused: true)
            .ShouldBe(("worker-0: the plan to be continued: it is paused", "dp plan continue trial"));

    [Fact]
    public void A_task_that_waits_for_no_host_is_said_so() =>
        Say(new ClusterWhy("trial", ClusterState.Ready, null, []), "worker-0").ShouldBe(("worker-0 does not wait for a host; trial is ready.", null));

    [Fact]
    public void What_is_idle_is_to_be_parked_unless_something_ends_soon()
    {
        var idle = new WhyChange("IDLE_ENDS", "fits on h1 if idle cluster a of me (1 cpus) is parked", "h1", null) { Clusters = [new("a", "me", new(1000, 512, 0), Now.AddHours(-2))] };
        var ends = new WhyChange("TASKS_END_SOONEST", "fits on h1 when cluster b ends in a while", "h1", null);
        string? ToDo(int minutes) => Of([Pod("worker-0", pool: Pool([new HostsReason("TOO_LITTLE", "too little is free", 1, [])], [idle, ends with { At = Now.AddMinutes(minutes) }]))], Host("h1", 4000, 3900)).ToDo;

        ToDo(20).ShouldBe("It fits on h1 if idle cluster a of me (1 cpus) is parked: dp park a.");
        ToDo(5).ShouldBe("It fits on h1 when cluster b ends in a while.");
    }

    [Fact]
    public void Who_waits_for_the_turn_of_another_is_sent_to_that_one() =>
        Say(new ClusterWhy("trial", ClusterState.Pending, null, [Pod("head", "its turn: older is to be placed first"), Pod("worker-0", "the head")]) { WaitsForTurnOf = "older" })
            .ShouldBe(("head and 1 more wait their turn: older gets its places first, for two minutes at most while others wait.", "See what older waits for: dp why older"));

    private static DateTimeOffset Now { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static (string Sentence, string? ToDo) Of(IReadOnlyList<PodWhy> pods, params HostView[] hosts) => Say(new ClusterWhy("trial", ClusterState.Pending, null, pods), hosts: hosts);

    private static (string Sentence, string? ToDo) Say(ClusterWhy why, string? task = null, bool isPaused = false, params HostView[] hosts) =>
        WhySummary.Of(why, task, isPaused, hosts, away: null, Now) is var said ? (said.Sentence, said.ToDo) : default;

    private static PodWhy Pod(string name, string? waitsFor = null, PoolWhy? pool = null) => new(name, [name], new AmountsView(2000, 512, 0), 1, waitsFor, [], pool, null);

    private static PoolWhy Pool(IReadOnlyList<HostsReason> reasons, IReadOnlyList<WhyChange> changes, int hosts = 1) => new("F", "trial", "teams/default/trial", "cpus:2", hosts, reasons, changes, true);

    private static HostView Host(string name, long cpus, long used) => new(
        name, name, 5051, true, new AmountsView(cpus, 8192, 10000), new AmountsView(used, 0, 0), new AmountsView(0, 0, 0), new Dictionary<string, string>(), 0, null);
}
