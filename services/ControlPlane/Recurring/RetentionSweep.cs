using DataPlatform.Services.ControlPlane.Settings;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Recurring;

/// <summary>Forgets clusters that were deleted, and tokens that ended, longer ago than is to be kept.</summary>
public sealed class RetentionSweep(ClusterStore clusters, TokenStore tokens, ControlPlaneSettings settings, TimeProvider time)
{
    public void Run()
    {
        var limit = time.GetUtcNow() - settings.KeepDeleted;
        clusters.ForgetDeletedBefore(limit);
        tokens.ForgetExpiredBefore(limit);
    }
}
