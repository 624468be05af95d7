namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>Tells pages and event streams that something about a cluster changed, whoever changed it.</summary>
public sealed class ClusterChanges
{
    public event Action<string>? Changed;

    public void Raise(string clusterId) => Changed?.Invoke(clusterId);
}
