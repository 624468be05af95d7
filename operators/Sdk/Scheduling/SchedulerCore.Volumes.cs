using DataPlatform.Operators.Sdk.Evaluation;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <content>
/// Volumes of pods: made where a pod is placed first, kept whatever becomes of its tasks and its place, and destroyed only when nobody
/// wants the pod any more or when a person says that it is to begin anew without them.
/// </content>
public sealed partial class SchedulerCore
{
    private PodVolumes? NewVolumes(PodInstance instance, PodRecord record, OfferShare share)
    {
        var volumes = instance.Pod.Volumes
            .Select(each => new PodVolume(PodVolume.NewId(cluster.Id, instance.Name, each.Volume.Name, record.VolumeGeneration, settings.NewId()), each.Task.Name, each.Volume.Name, each.Volume.Mebibytes, each.Volume.Path)).ToList();
        return volumes.Count == 0 ? null : new PodVolumes(share.AgentId, share.Host, share.Zone, volumes);
    }

    /// <summary>Those that are to be there and that the offer does not hold.</summary>
    private static List<PodVolume> Missing(PodRecord record, OfferShare share) => [.. (record.Volumes?.Volumes ?? []).Where(volume => !share.Has(volume))];

    /// <summary>What a task has run on stays, whatever is wanted by now.</summary>
    private bool VolumesSuit(PodInstance instance) => cluster.Record(instance).Volumes switch
    {
        // It was placed when its package had none yet.
        null => !instance.Pod.Volumes.Any(),
        { IsUsed: true } => true,
        var made => made.Volumes.Select(volume => (volume.Task, volume.Name, volume.Mebibytes, volume.Path))
            .SequenceEqual(instance.Pod.Volumes.Select(each => (each.Task.Name, each.Volume.Name, each.Volume.Mebibytes, each.Volume.Path))),
    };

    private void Create(string pod, IEnumerable<PodVolume> volumes, OfferShare share)
    {
        foreach (var volume in volumes)
            share.Create(ReservationOf(pod), volume);
    }

    /// <summary>A task runs on them: from now on they may hold what nobody else has.</summary>
    private void UseVolumes(string pod)
    {
        if (cluster.Pods.GetValueOrDefault(pod) is { Volumes: { IsUsed: false } volumes } record)
            Save(record with { Volumes = volumes with { IsUsed = true } });
    }

    /// <returns>False when it had none.</returns>
    private bool GiveUpVolumes(string pod, DateTimeOffset now)
    {
        if (cluster.Pods.GetValueOrDefault(pod) is not { Volumes: { } volumes } record)
            return false;
        Save(WithoutVolumes(record));
        if (volumes.IsUsed)
            Happened(pod, $"gives up its data on {volumes.Host}", now);
        return true;
    }

    private static PodRecord WithoutVolumes(PodRecord record) => record.Volumes is not { } volumes ? record : record with
    {
        Volumes = null, VolumeGeneration = record.VolumeGeneration + 1, LeavingVolumes = [.. record.LeavingVolumes, volumes],
    };

    /// <summary>Of volumes that an offer holds, those that were given up are destroyed. What is not known to be so stays, whatever it is.</summary>
    private void SettleVolumes(OfferShare share)
    {
        var offered = share.Volumes.Select(volume => volume.Id).ToHashSet(StringComparer.Ordinal);
        var gone = share.Volumes.Where(MustGo).ToList();
        foreach (var volume in gone)
            share.Destroy(volume);
        foreach (var record in cluster.Pods.Values.Where(record => record.LeavingVolumes.Any(IsBeingDestroyed)).ToList())
            Save(record with { LeavingVolumes = [.. record.LeavingVolumes.Select(volumes => IsBeingDestroyed(volumes) ? volumes with { IsDestroyed = true } : volumes)] });
        foreach (var record in cluster.Pods.Values.Where(record => record.LeavingVolumes.Any(IsGone)).ToList())
            SaveOrForget(record with { LeavingVolumes = [.. record.LeavingVolumes.Where(volumes => !IsGone(volumes))] });

        bool IsBeingDestroyed(PodVolumes volumes) => !volumes.IsDestroyed && volumes.Volumes.Any(volume => gone.Exists(other => other.Id == volume.Id));

        // A task that was given up with its host may still use those that were never offered.
        bool IsGone(PodVolumes volumes) => volumes.AgentId == share.AgentId && (volumes.IsDestroyed || !volumes.IsUsed) && !volumes.Volumes.Any(volume => offered.Contains(volume.Id));
    }

    private bool MustGo(OfferedVolume volume) =>
        volume.Reservation.ClusterId == cluster.Id
        && (cluster.Facts.Removing
            || (cluster.Pods.GetValueOrDefault(volume.Reservation.Pod) is { } record && PodVolume.GenerationOf(volume.Id) < record.VolumeGeneration));

    /// <summary>Pods that a person wants to begin anew, elsewhere and without their data.</summary>
    private void Replace(DateTimeOffset now)
    {
        foreach (var (pod, times) in cluster.Wanted!.Replacements)
        {
            if (cluster.Pods.GetValueOrDefault(pod) is not { } record || record.Replacements >= times)
                continue;
            foreach (var row in cluster.LivingOf(pod).ToList())
            {
                if (row.UnreachableSince is null)
                    End(row, "it is replaced without its data, by request", failed: false, now);
                else
                    Ended(row with { EndedAt = now, Message = "given up by request: its host is out of reach" }, EndKind.Host, now);
            }
            if (cluster.LivingOf(pod).Any())
                continue;
            GiveUpPlace(pod, now);
            GiveUpVolumes(pod, now);
            Happened(pod, "begins anew by request", now);
            Save(cluster.Pods[pod] with { Replacements = times, Failures = 0, LaunchFailures = 0, FailedAt = null, FailureReason = null });
        }
    }
}
