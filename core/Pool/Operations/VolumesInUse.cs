using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>Shared volumes are offered while tasks use them, so that they are free does not say that nobody does.</summary>
internal static class VolumesInUse
{
    public static string? WhyNotDestroy(PooledAgent agent, ResourceConversion conversion, IReadOnlySet<ResourceKind> alsoInUse)
    {
        foreach (var (kind, _) in conversion.Consumed)
        {
            if (!kind.IsShared || conversion.Converted.Find(kind) is not null)
                continue;
            if (alsoInUse.Contains(kind) || agent.HoldingTasks.Any(task => task.SharedVolumes.Contains(kind)))
                return $"{kind} is shared and in use by a task";
        }

        return null;
    }
}
