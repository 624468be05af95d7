using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Decisions;

/// <summary>
/// What a task that was launched with others shares with them: the executor, which is the agent's own and no process, and the
/// group, whose tasks end together. Later groups may join the executor while it lives.
/// </summary>
/// <param name="ContainerId">The executor's; its sandbox holds those of the tasks.</param>
/// <param name="GroupId">Names the tasks of one LAUNCH_GROUP.</param>
public sealed record Pod(ExecutorInfo Executor, string ContainerId, string GroupId);
