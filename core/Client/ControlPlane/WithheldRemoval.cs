namespace DataPlatform.Core.Client.ControlPlane;

/// <summary>Clusters that run and that the control plane's database does not know; so many that a person must say whether they are to be taken down.</summary>
/// <param name="Running">How many clusters run in all.</param>
public sealed record WithheldRemoval(IReadOnlyList<string> ClusterIds, int Running);
