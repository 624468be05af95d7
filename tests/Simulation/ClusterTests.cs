namespace DataPlatform.Simulation.Tests;

public sealed class ClusterTests(ITestOutputHelper output) : IDisposable
{
    private readonly StringWriter said = new();

    /// <summary>A night tries more: <c>./dp simulate --seeds 10000</c>.</summary>
    [Fact]
    public void Ends_every_task_exactly_once_whatever_fails()
    {
        SeedSearch.Run(["--seeds", "200"], SeededRun.Run, TextWriter.Synchronized(said), TestContext.Current.CancellationToken).ShouldBe(0, said.ToString());
        output.WriteLine(said.ToString());
    }

    [Fact]
    public void Ends_every_task_when_nothing_fails()
    {
        var cluster = new SimulatedCluster(seed: 0, agents: 5, frameworks: 3, tasksEach: 40);
        cluster.Run(faultySteps: 0, faultEvery: int.MaxValue, mostSteps: 5_000);
        // Pods of two tasks may make it one more than was wanted.
        cluster.Frameworks.ShouldAllBe(framework => framework.Ended == 40 || framework.Ended == 41, string.Join("; ", cluster.Frameworks.Select(framework => framework.Progress)));
        (cluster.Invariants.StartedTasks + cluster.Invariants.NeverStartedTasks).ShouldBe(cluster.Frameworks.Sum(framework => framework.Ended + framework.EndedOnVolumes + framework.Replaced) + (cluster.Schedulers.Count * 3) + 1);
    }

    [Fact]
    public void Is_the_same_run_for_the_same_seed()
    {
        static (TimeSpan, int, long) Run()
        {
            var cluster = new SimulatedCluster(seed: 7, agents: 4, frameworks: 3, tasksEach: 10);
            cluster.Run(500, 20, 20_000);
            return (cluster.Steady, cluster.Invariants.StartedTasks, cluster.Master.Journal.Length);
        }

        Run().ShouldBe(Run());
    }

    /// <summary>DATAPLATFORM_SEED tries another seed.</summary>
    [Fact]
    public void Ends_every_task_on_hundreds_of_agents()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("DATAPLATFORM_SEED"), out var given) ? given : 20261123;
        output.WriteLine($"seed {seed}");
        var cluster = new SimulatedCluster(seed, agents: 200, frameworks: 8, tasksEach: 60) { CheckEvery = 50 };
        cluster.Run(faultySteps: 300, faultEvery: 5, mostSteps: 20_000);
        cluster.Frameworks.Where(framework => !framework.IsTornDown).ShouldAllBe(framework => framework.Ended >= 60);
    }

    public void Dispose() => said.Dispose();
}
