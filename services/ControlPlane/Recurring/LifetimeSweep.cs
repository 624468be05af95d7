using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Recurring;

/// <summary>Asks for the deletion of clusters whose lifetime is over. Running it twice does no harm.</summary>
public sealed class LifetimeSweep(ClusterStore clusters, LaunchDesk desk, TimeProvider time)
{
    public int Run()
    {
        var now = time.GetUtcNow();
        var over = clusters.Living().Where(cluster => cluster.DeleteRequestedAt is null && cluster.ExpiresAt <= now).ToList();
        foreach (var cluster in over) desk.Delete(cluster.Name, "platform", "its lifetime is over", evenIfNeeded: true);
        return over.Count;
    }
}
