using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Decisions;

/// <summary>A task whose story is over.</summary>
/// <param name="Pod">Null for a task by itself.</param>
public sealed record CompletedTask(FrameworkInfo Framework, TaskRecord Task, string ContainerId, Pod? Pod);

/// <summary>An executor that has ended, of either kind.</summary>
public sealed record CompletedExecutor(FrameworkInfo Framework, ExecutorInfo Info, string ContainerId);
