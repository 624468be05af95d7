using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.ControlPlane.Clusters;
using Change = DataPlatform.Core.Protocol.Extensions.PendingResponse.Types.Change;

namespace DataPlatform.Services.Tests.ControlPlane.Clusters;

public sealed class PoolReasonsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly IReadOnlyList<ClusterEnding> endings = ClusterEnding.InOrder([Ending("b", "bob", 30), Ending("a", "ann", 12), Ending("gone", "bob", 0), Ending("empty", "bob", 1, tasks: 0)]);

    [Fact]
    public void Clusters_end_in_the_order_of_their_lifetimes() => endings.Select(ending => ending.Name).ShouldBe(["gone", "a", "b"]);

    [Theory]
    [InlineData(Change.Types.Type.TasksEndSoonest, "a", "fits on host-1 when cluster a ends in 12 min", 12)]
    [InlineData(Change.Types.Type.TasksEndSoonest, "gone", "fits on host-1 when cluster gone ends now", 0)]
    [InlineData(Change.Types.Type.TasksEndSoonest, "a b", "fits on host-1 when clusters a, b have ended, the last in 30 min", 30)]
    [InlineData(Change.Types.Type.TasksEndFewest, "b", "fits on host-1 if cluster b of bob (2 cpus) is deleted", null)]
    [InlineData(Change.Types.Type.TasksEndFewest, "a b", "fits on host-1 if 2 clusters of ann, bob (4 cpus) are deleted: a, b", null)]
    [InlineData(Change.Types.Type.TasksEndFewest, "dask (F1)", "as the master says it", null)]
    public void What_ends_is_told_with_whose_it_is_and_when(Change.Types.Type type, string names, string text, int? minutes)
    {
        var change = new Change { Type = type, Text = "as the master says it", AgentId = "S1", Hostname = "host-1" };
        change.Endings.Add(names == "dask (F1)" ? [names] : names.Split(' '));
        var answer = new PendingResponse { FrameworkId = new FrameworkID { Value = "F" }, FrameworkName = "f", Role = "r", Agents = 2, SearchedAll = true, Changes = { change } };

        var told = PoolReasons.Of(answer, endings, Now).Changes.ShouldHaveSingleItem();

        told.ShouldBe(new WhyChange(type == Change.Types.Type.TasksEndSoonest ? "TASKS_END_SOONEST" : "TASKS_END_FEWEST", text, "host-1",
            minutes is { } after ? Now.AddMinutes(after) : null));
    }

    private static ClusterEnding Ending(string name, string owner, int minutes, int tasks = 1) =>
        new(name, owner, Now.AddMinutes(minutes), new AmountsView(2000, 1024, 0), "F1", [.. Enumerable.Range(0, tasks).Select(task => $"{name}-{task}")]);
}
