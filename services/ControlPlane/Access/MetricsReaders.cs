using System.Collections.Concurrent;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.State;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Access;

/// <summary>What a cluster's token opens: routes of measurements alone. Nothing else does.</summary>
public sealed class OpenToMeasuring;

/// <summary>
/// Clusters that may read measurements, by tokens of their own. Of those nothing is stored: they are derived from the cluster's key, end
/// with it and are others after its secrets were replaced. Thread safe.
/// </summary>
public sealed class MetricsReaders(ClusterStore clusters, IClusterDocuments documents)
{
    /// <summary>The method of a login by such a token.</summary>
    public const string Method = "metrics";

    // A cluster's key is made once.
    private readonly ConcurrentDictionary<string, byte[]> keys = new(StringComparer.Ordinal);

    /// <summary>Whose token it is; null when it is nobody's who lives.</summary>
    public DesiredCluster? Find(string token)
    {
        if (MetricsToken.ClusterIdIn(token) is not { } id)
            return null;
        if (clusters.FindById(id) is not { DeleteRequestedAt: null, DeletedAt: null } cluster)
        {
            keys.TryRemove(id, out _);
            return null;
        }

        return Key(id) is { } key && MetricsToken.IsRight(token, id, key, cluster.Aim.Rotations) ? cluster : null;
    }

    private byte[]? Key(string clusterId)
    {
        if (keys.TryGetValue(clusterId, out var known))
            return known;
        return SchedulerMemory.Read(documents.Load(clusterId)).Facts is { } facts ? keys[clusterId] = facts.Key : null;
    }
}
