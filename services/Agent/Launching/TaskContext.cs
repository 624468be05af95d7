using DataPlatform.Services.Agent.Isolation;

namespace DataPlatform.Services.Agent.Launching;

/// <summary>What a program needs to run as part of a task.</summary>
/// <param name="User">Null: the agent's own.</param>
internal sealed record TaskContext(string Sandbox, IReadOnlyDictionary<string, string> Environment, HostUser? User)
{
    /// <summary>That it is to see beside its sandbox, at their own paths.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>That it is to see elsewhere than where they lie.</summary>
    public IReadOnlyList<TaskMount> Mounts { get; init; } = [];
}
