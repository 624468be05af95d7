using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Operators.Sdk.Clusters;

/// <summary>An instance of a pod that is wanted and has no task.</summary>
/// <param name="Pod">Such as <c>worker-0</c>.</param>
/// <param name="Tasks">That it will have.</param>
/// <param name="Ports">How many it asks for.</param>
/// <param name="WaitsFor">Why it may not be launched now, whatever is offered; null when it waits for an offer that takes it.</param>
public sealed record PendingPod(string Pod, IReadOnlyList<string> Tasks, AmountsView Asked, int Ports, string? WaitsFor)
{
    /// <summary>It gets a place together with all others that lack one, or none does.</summary>
    public bool LacksPlace { get; init; }
}
