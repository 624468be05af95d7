namespace DataPlatform.Services.Agent.Launching;

/// <summary>What a program needs to run as part of a task.</summary>
/// <param name="User">Null: the agent's own.</param>
/// <param name="Joins">The <c>cgroup.procs</c> files of the task.</param>
internal sealed record TaskContext(
    string Sandbox, IReadOnlyDictionary<string, string> Environment, HostUser? User, IReadOnlyList<string> Joins);
