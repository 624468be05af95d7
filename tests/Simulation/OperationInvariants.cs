using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Simulation.Tests;

/// <summary>What a cluster is asked to do once is not begun twice, where it is known to have begun.</summary>
internal sealed class OperationInvariants(Action<string> fail)
{
    private readonly HashSet<string> started = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> begun = new(StringComparer.Ordinal);

    public void Started(SimulatedProcess process) => started.Add(process.Task[(process.Task.IndexOf('/', StringComparison.Ordinal) + 1)..]);

    /// <summary>What the next scheduler will know of a launch.</summary>
    public void Remembered(string cluster, TaskRow row, bool isHostGone)
    {
        if (row.IsOperation && DataInvariants.KnowsThatItRan(row, isHostGone) && started.Contains(row.TaskId))
            begun.TryAdd($"{cluster}/{row.Pod}", row.TaskId);
    }

    public void Launched(string cluster, string pod, string task)
    {
        if (begun.TryGetValue($"{cluster}/{pod}", out var before))
            fail($"{pod} is to be done once: task {task} is launched, and {before} has begun it");
    }
}
