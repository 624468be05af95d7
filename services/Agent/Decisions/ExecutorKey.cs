namespace DataPlatform.Services.Agent.Decisions;

/// <summary>Names an executor on an agent: executor ids are unique only within their framework.</summary>
public readonly record struct ExecutorKey(string FrameworkId, string ExecutorId);
