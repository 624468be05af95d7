using DataPlatform.Core.Pool.Recording;

namespace DataPlatform.Simulation.Tests;

/// <summary>Whatever a master went through, crashes and clocks that jump included, is decided again from its recording.</summary>
public sealed class ReplayTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(20261129)]
    public void Every_decision_is_made_again(int seed)
    {
        var lines = new List<string>();
        var cluster = new SimulatedCluster(seed, agents: 4, frameworks: 3, tasksEach: 12, record: lines.Add);
        cluster.Run(faultySteps: 700, faultEvery: 20, mostSteps: 20_000);

        var (reader, replay, replayed, terms) = (new RecordingReader(), new Replay(), 0, 0);
        foreach (var line in lines)
        {
            var entry = reader.Read(line);
            terms += entry is RecordingEntry.Began ? 1 : 0;
            if (replay.Take(reader.Line, entry) is not { } decision)
                continue;
            decision.Difference.ShouldBeNull($"seed {seed}, line {decision.Line}");
            replayed++;
        }

        replayed.ShouldBeGreaterThan(100);
        terms.ShouldBeGreaterThan(1);
    }
}
