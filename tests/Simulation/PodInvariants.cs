using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;

namespace DataPlatform.Simulation.Tests;

/// <summary>The tasks of a group under the agent's own executor end together: once one has ended in another way than well, all are asked to end.</summary>
internal sealed class PodInvariants(Action<string> fail)
{
    private readonly HashSet<string> ended = [];

    /// <summary>After each decision that an agent has carried out whole.</summary>
    public void Check(IEnumerable<TaskRun> runs, IEnumerable<SimulatedProcess> alive)
    {
        ended.UnionWith(runs.Where(run => run is { Phase: RunPhase.Ended, State: not TaskState.TaskFinished, IsUnderProgram: false }).Select(run => run.Pod?.GroupId).OfType<string>());
        if (alive.FirstOrDefault(process => process is { Group: { } group, IsAskedToEnd: false } && ended.Contains(group)) is { } left)
            fail($"task {left.Task} goes on, and another one of its pod has ended");
    }
}
