namespace DataPlatform.Simulation.Tests;

/// <summary>One cluster that is hurt in every way the seed finds, and then has to finish all the same.</summary>
internal static class SeededRun
{
    private const int TasksEach = 12;

    /// <returns>What happened, for people.</returns>
    /// <exception cref="InvalidOperationException">An invariant broke; the message has the seed and the few faults that it takes.</exception>
    public static string Run(int seed) => Run(seed, Sabotage.None);

    public static string Run(int seed, Sabotage sabotage)
    {
        var first = Cluster(seed, sabotage, new HashSet<int>());
        if (Failure(first) is not { } failure)
            return $"{first.Invariants.StartedTasks} tasks, {first.Faults.Story.Count} faults, {first.Invariants.Endings}";
        var last = first.Faults.Numbers.LastOrDefault(-1);
        var superfluous = Shrinking.Superfluous(
            without => Failure(Cluster(seed, sabotage, without, last)) is not null, [.. first.Faults.Numbers]);
        var shrunk = Cluster(seed, sabotage, superfluous, last);
        var shown = Failure(shrunk) ?? failure;
        throw new InvalidOperationException(
            $"{shown.Message}\nafter {shrunk.Faults.Story.Count} of {first.Faults.Story.Count} faults:\n  {string.Join("\n  ", shrunk.Faults.Story)}", shown);
    }

    /// <summary>The run by itself, nothing shrunk; null when all held.</summary>
    public static Exception? Failure(int seed, Sabotage sabotage) => Failure(Cluster(seed, sabotage, new HashSet<int>()));

    private static SimulatedCluster Cluster(int seed, Sabotage sabotage, IReadOnlySet<int> leftOut, int last = int.MaxValue)
    {
        var cluster = new SimulatedCluster(seed, agents: 4, frameworks: 3, TasksEach, sabotage);
        (cluster.Faults.LeftOut, cluster.Faults.Last) = (leftOut, last);
        return cluster;
    }

    private static Exception? Failure(SimulatedCluster cluster)
    {
        try
        {
            cluster.Run(faultySteps: 700, faultEvery: 20, mostSteps: 20_000);
            foreach (var framework in cluster.Frameworks.Where(framework => !framework.IsTornDown && framework.Ended < TasksEach))
                cluster.Invariants.Fail($"{framework.Id} ended {framework.Ended} of {TasksEach} tasks");
            return null;
        }
        catch (Exception error)
        {
            // Whatever a part throws is what the run is to find.
            return error;
        }
    }
}
