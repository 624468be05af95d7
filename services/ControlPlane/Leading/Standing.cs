namespace DataPlatform.Services.ControlPlane.Leading;

/// <summary>What this control plane is among those that share its database.</summary>
public abstract record Standing
{
    private Standing() { }

    public sealed record Leading(long Epoch) : Standing;

    /// <summary>Sends people to the one that leads; takes over when that one is gone.</summary>
    public sealed record Following(string Url) : Standing;

    /// <summary>Nobody leads that is known.</summary>
    public sealed record Waiting(string Reason) : Standing;
}
