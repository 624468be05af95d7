namespace DataPlatform.Services.Agent.Isolation;

/// <summary>A folder or file of this host that a task finds at another path; what it holds brings no devices and nobody's rights along.</summary>
/// <param name="Source">Absolute.</param>
/// <param name="Target">Absolute, as the task sees it.</param>
internal sealed record TaskMount(string Source, string Target, bool ReadOnly)
{
    /// <summary>The folder that the source may not leave, be it by a link; null: only the agent writes where it lies.</summary>
    public string? Within { get; init; }
}
