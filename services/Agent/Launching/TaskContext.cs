using DataPlatform.Services.Agent.Images;
using DataPlatform.Services.Agent.Isolation;
using DataPlatform.Services.Agent.Networks;

namespace DataPlatform.Services.Agent.Launching;

/// <summary>What a program needs to run as part of a task.</summary>
/// <param name="Sandbox">Where the agent finds it.</param>
/// <param name="User">Null: the agent's own.</param>
internal sealed record TaskContext(string Sandbox, IReadOnlyDictionary<string, string> Environment, HostUser? User)
{
    /// <summary>That it is to see beside its sandbox, at their own paths.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>That it is to see elsewhere than where they lie.</summary>
    public IReadOnlyList<TaskMount> Mounts { get; init; } = [];

    /// <summary>Whose files it sees in place of this host's; null: this host's.</summary>
    public ContainerImage? Image { get; init; }

    /// <summary>Where it starts, as it sees it.</summary>
    public string WorkingDirectory { get; init; } = Sandbox;

    /// <summary>Null: this host's.</summary>
    public string? HostName { get; init; }

    public TaskNetwork Network { get; init; } = new TaskNetwork.OfHost();
}
