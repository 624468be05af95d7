namespace DataPlatform.Services.Agent.Networks;

/// <summary>What a task reaches, and is reached by.</summary>
internal abstract record TaskNetwork
{
    private TaskNetwork()
    {
    }

    /// <summary>All that its host does.</summary>
    public sealed record OfHost : TaskNetwork;

    /// <summary>Nothing but itself.</summary>
    public sealed record None : TaskNetwork;

    /// <summary>Others by an address of its own, and by ports of the host.</summary>
    public sealed record Bridge(IReadOnlyList<PortMapping> Ports) : TaskNetwork;

    public bool IsOwn => this is not OfHost;
}
