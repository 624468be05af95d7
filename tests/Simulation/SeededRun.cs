namespace DataPlatform.Simulation.Tests;

/// <summary>One cluster that is hurt in every way the seed finds, and then has to finish all the same.</summary>
internal static class SeededRun
{
    private const int TasksEach = 25;

    /// <returns>What happened, for people.</returns>
    /// <exception cref="Exception">An invariant broke; the message has the seed.</exception>
    public static string Run(int seed)
    {
        var cluster = new SimulatedCluster(seed, agents: 6, frameworks: 4, TasksEach);
        cluster.Run(faultySteps: 1500, faultEvery: 25, mostSteps: 20_000);
        foreach (var framework in cluster.Frameworks.Where(framework => !framework.IsTornDown && framework.Ended < TasksEach))
            cluster.Invariants.Fail($"{framework.Id} ended {framework.Ended} of {TasksEach} tasks");
        return $"{cluster.Invariants.StartedTasks} tasks, {cluster.Faults}, {cluster.Invariants.Endings}";
    }
}
