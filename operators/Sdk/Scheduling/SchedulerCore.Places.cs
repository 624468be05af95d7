using DataPlatform.Operators.Sdk.Evaluation;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <content>Where pods have their places, and when a place is given up.</content>
public sealed partial class SchedulerCore
{
    /// <summary>A host that does not offer what is reserved there for so long has lost the reservation, or is gone.</summary>
    private static readonly TimeSpan OfferedWithin = TimeSpan.FromSeconds(30);

    /// <summary>By pod: since when it has been waiting for an offer of its place.</summary>
    private readonly Dictionary<string, DateTimeOffset> waitingSince = new(StringComparer.Ordinal);

    /// <returns>False when it had none.</returns>
    private bool GiveUpPlace(string pod, DateTimeOffset now)
    {
        waitingSince.Remove(pod);
        if (cluster.Pods.GetValueOrDefault(pod) is not { Place: { } place } record)
            return false;
        // Volumes that no task has run on hold it to no host.
        var left = record.Volumes is { IsUsed: false } ? WithoutVolumes(record) : record;
        Save(left with { Place = null, Leaving = [.. left.Leaving.Where(other => other.AgentId != place.AgentId), place] });
        Happened(pod, $"gives up its place on {place.Host}", now);
        return true;
    }

    private void GiveUpSilentPlaces(DateTimeOffset now)
    {
        var waiting = Disconnected is null
            ? Eligible().Where(instance => cluster.PlaceOf(instance.Name) is not null).Select(instance => instance.Name).ToHashSet(StringComparer.Ordinal)
            : [];
        foreach (var pod in waitingSince.Keys.Where(pod => !waiting.Contains(pod)).ToList())
            waitingSince.Remove(pod);
        foreach (var pod in waiting.Where(pod => !waitingSince.TryAdd(pod, now) && now - waitingSince[pod] >= OfferedWithin).ToList())
            GiveUpPlace(pod, now);
    }

    /// <summary>Of reservations that an offer holds, those that nobody needs are given back, whoever's they were.</summary>
    private void Settle(OfferShare share)
    {
        var offered = share.Reserved.Select(reserved => reserved.Reservation).Where(reservation => reservation.ClusterId == cluster.Id).Select(reservation => reservation.Pod).ToHashSet(StringComparer.Ordinal);
        foreach (var reserved in share.Reserved.ToList())
        {
            if (!IsNeeded(share, reserved))
                share.Release(reserved);
        }
        // Only what is not offered any more was given back: an answer may be lost on its way.
        foreach (var record in cluster.Pods.Values.Where(record => record.Leaving.Any(place => place.AgentId == share.AgentId) && !offered.Contains(record.Name)).ToList())
            SaveOrForget(record with { Leaving = [.. record.Leaving.Where(place => place.AgentId != share.AgentId)] });
    }

    private bool IsNeeded(OfferShare share, ReservedShare reserved)
    {
        if (reserved.Reservation.ClusterId != cluster.Id || cluster.PlaceOf(reserved.Reservation.Pod) is not { } place || place.AgentId != share.AgentId)
            return false;
        var living = cluster.LivingOf(reserved.Reservation.Pod).ToList();
        if (living.Count == 0)
            return reserved.Amounts == place.Reserved && reserved.Ports.SequenceEqual(place.AllPorts.Order());
        // What is offered beside what is used can't be more than was reserved, unless it was reserved twice.
        return reserved.Amounts.MilliCpus + living.Sum(row => row.Resources.MilliCpus) <= place.Reserved.MilliCpus
            && reserved.Amounts.MemoryMebibytes + living.Sum(row => row.Resources.MemoryMebibytes) <= place.Reserved.MemoryMebibytes;
    }

    /// <summary>A pod that is wanted no longer and has left nothing behind needs no record.</summary>
    private void SaveOrForget(PodRecord record)
    {
        var isWanted = cluster.InstancesAndOperations().Any(instance => instance.Name == record.Name && !(instance.Pod.IsOperation && cluster.IsOver(instance))) && !cluster.Facts.Removing;
        // Which volumes were given up is known by their generation, should one of them be seen again.
        if (isWanted || record.HoldsHost || (record.VolumeGeneration > 0 && !cluster.Facts.Removing) || cluster.LivingOf(record.Name).Any())
        {
            Save(record);
            return;
        }
        cluster.Pods.Remove(record.Name);
        Store(SchedulerMemory.RemovePod(record.Name));
        Changed();
    }
}
