using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Decisions;

/// <summary>
/// What a task that does not run by itself shares with others: the executor, which is the agent's own and no process or else
/// a program of the framework's, and the group, whose tasks end together under an executor of the agent's. Later groups may
/// join the executor while it lives.
/// </summary>
/// <param name="ContainerId">The executor's; its sandbox holds those of the tasks.</param>
/// <param name="GroupId">Names the tasks that were launched together.</param>
public sealed record Pod(ExecutorInfo Executor, string ContainerId, string GroupId)
{
    /// <summary>The executor is a program of the framework's, which runs its tasks as it likes.</summary>
    public bool HasProgram => Executor.Type == ExecutorInfo.Types.Type.Custom;
}
