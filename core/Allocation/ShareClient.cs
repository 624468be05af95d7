namespace DataPlatform.Core.Allocation;

/// <summary>A framework in one of its roles: what is offered to.</summary>
internal sealed class ShareClient(string frameworkId, string role, int index) : ShareNode(frameworkId)
{
    public string FrameworkId { get; } = frameworkId;

    public string Role { get; } = role;

    /// <summary>Its bit in every <see cref="ClientSet"/>.</summary>
    public int Index { get; } = index;

    /// <summary>False when the framework left the role and only what it still holds there is counted.</summary>
    public bool IsSubscribed { get; set; }

    public bool IsSuppressed { get; set; }

    /// <summary>On how many agents it holds something.</summary>
    public int Holdings { get; set; }

    public int Depth { get; set; }
}
