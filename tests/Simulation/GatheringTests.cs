namespace DataPlatform.Simulation.Tests;

/// <summary>Many clusters and too small a pool: no two of them hold halves that each other needs.</summary>
public sealed class GatheringTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Fifty_clusters_on_a_pool_that_holds_few_of_them_are_all_ready_one_after_the_other(int seed)
    {
        // A cluster takes 3 pods of 1.5 cpus; 3 hosts of 2 to 8 cpus hold one to five of them.
        var cluster = new SimulatedCluster(seed, agents: 3, frameworks: 0, tasksEach: 0, schedulers: 50, podSize: 15) { CheckEvery = 20 };
        cluster.Run(faultySteps: 0, faultEvery: int.MaxValue, mostSteps: 60_000);
        cluster.Schedulers.ShouldAllBe(scheduler => scheduler.HasBeenReady);
    }

    [Fact]
    public void They_are_also_when_schedulers_agents_and_the_master_fail_meanwhile()
    {
        var cluster = new SimulatedCluster(seed: 4, agents: 4, frameworks: 1, tasksEach: 5, schedulers: 20, podSize: 12) { CheckEvery = 20 };
        cluster.Run(faultySteps: 800, faultEvery: 20, mostSteps: 60_000);
        cluster.Schedulers.ShouldAllBe(scheduler => scheduler.HasBeenReady);
    }
}
