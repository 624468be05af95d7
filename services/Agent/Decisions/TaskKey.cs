namespace DataPlatform.Services.Agent.Decisions;

/// <summary>Names a task on an agent: task ids are unique only within their framework.</summary>
public readonly record struct TaskKey(string FrameworkId, string TaskId);
