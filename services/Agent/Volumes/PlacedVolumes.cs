using DataPlatform.Services.Agent.Isolation;

namespace DataPlatform.Services.Agent.Volumes;

/// <summary>What a task has to be shown so that its volumes are where it asked for them.</summary>
/// <param name="Shown">Folders at their own paths: links of the sandbox lead there.</param>
/// <param name="Mounts">What is elsewhere for the task than it is for the agent.</param>
internal sealed record PlacedVolumes(IReadOnlyList<string> Shown, IReadOnlyList<TaskMount> Mounts);
