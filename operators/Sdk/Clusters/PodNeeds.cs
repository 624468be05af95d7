using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Operators.Sdk.Clusters;

/// <summary>What each instance of a pod asks of one host.</summary>
/// <param name="Pod">The pod's type.</param>
public sealed record PodNeeds(string Pod, int Count, AmountsView Asked);
