using Bunit;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.WebConsole.Parts;

namespace DataPlatform.Services.Tests.ControlPlane.WebConsole;

public sealed class WaitingPodsTests : IDisposable
{
    private readonly BunitContext context = new();

    [Fact]
    public void Pods_that_wait_for_the_same_are_shown_once_with_reasons_and_changes()
    {
        var pool = new PoolWhy("F", "spark", "spark", "cpus:1", 12,
            [new HostsReason("TOO_LITTLE", "too little cpus is free", 11, [new HostReason("host-1", "S1", "cpus:0.5 is free for the role")]),
                new HostsReason("AGENT_AWAY", "is not connected", 1, [new HostReason("host-2", "S2", "is not connected")])],
            [new WhyChange("TASKS_END_SOONEST", "fits on host-1 when cluster other ends in 12 min", "host-1", DateTimeOffset.UnixEpoch)], true);
        PodWhy Pod(int index, string? waitsFor = null) => new($"worker-{index}", [$"worker-{index}"], new AmountsView(1000, 1024, 0), 1, waitsFor, [], waitsFor is null ? pool : null, null);

        var shown = context.Render<WaitingPods>(parameters => parameters.Add(pods => pods.Why, new ClusterWhy("trial", ClusterState.Starting, null,
            [.. Enumerable.Range(0, 7).Select(index => Pod(index)), Pod(7, "waits for worker-0 to be ready")])
        {
            Sentence = "worker-0 and 6 more waits for room", ToDo = "It fits on host-1 when cluster other ends in 12 min.",
        }));

        shown.FindAll("h3").Count.ShouldBe(2);
        shown.Find("h3").TextContent.ShouldContain("worker-0, worker-1, worker-2, worker-3, worker-4 and 2 more");
        shown.Markup.ShouldContain("11 hosts: too little cpus is free");
        shown.Markup.ShouldContain("1 host: is not connected");
        // What an example only repeats is not shown twice; a summary opens by keyboard.
        var folded = shown.FindAll("details");
        folded.Count.ShouldBe(2);
        folded[0].TextContent.ShouldContain("11 hosts: too little cpus is free");
        folded[1].TextContent.ShouldContain("host-1: cpus:0.5 is free for the role");
        shown.FindAll("p")[0].TextContent.ShouldBe("worker-0 and 6 more waits for room");
        shown.FindAll("p")[1].TextContent.ShouldContain("It fits on host-1 when cluster other ends in 12 min.");
        shown.Markup.ShouldContain("fits on host-1 when cluster other ends in 12 min");
        shown.Markup.ShouldContain("waits for worker-0 to be ready");
    }

    public void Dispose() => context.Dispose();
}
