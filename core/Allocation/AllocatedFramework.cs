namespace DataPlatform.Core.Allocation;

/// <summary>A framework with one client for each role that it is in or still holds something for.</summary>
internal sealed class AllocatedFramework(string id)
{
    public string Id { get; } = id;

    public bool IsActive { get; set; }

    public FrameworkTraits Traits { get; set; } = FrameworkTraits.Plain;

    public Dictionary<string, ShareClient> Clients { get; } = new(StringComparer.Ordinal);
}
