using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Evaluation;
using DataPlatform.Operators.Sdk.Plans;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <content>
/// Offers. Pods that have no place get theirs all together or not at all, so that no two clusters hold halves that each other needs; until
/// all fit, what is offered is held, but briefly. What was decided is reserved and launched with the same answer.
/// </content>
public sealed partial class SchedulerCore
{
    // What is not wanted now is refused for long: a REVIVE brings it back as soon as something is wanted.
    private const double RefuseSeconds = 3600;

    /// <summary>Others must have a turn as well.</summary>
    private const double RefuseSecondsAfterHolding = 3;

    private static readonly TimeSpan HoldFor = TimeSpan.FromSeconds(2);

    private readonly SortedDictionary<string, (OfferShare Share, DateTimeOffset Since)> held = new(StringComparer.Ordinal);

    private void Evaluate(IEnumerable<Offer> offers, DateTimeOffset now)
    {
        foreach (var offer in offers)
        {
            var share = new OfferShare(offer);
            toLookAt.Remove(share.AgentId);
            Settle(share);
            SettleVolumes(share);
            held[offer.Id.Value] = (share, now);
        }

        MakePlans(now);
        var hasAllPlaces = Place(now);
        hasAllPlaces &= PlaceOperations(now);
        while (LaunchAtPlaces(now))
            MakePlans(now);
        foreach (var (id, (share, _)) in held.Where(pair => pair.Value.Share.IsUsed || hasAllPlaces).ToList())
        {
            held.Remove(id);
            Answer(share, RefuseSeconds);
        }
    }

    private void LetGo(DateTimeOffset now)
    {
        foreach (var (id, (share, since)) in held.ToList())
        {
            if (now - since < HoldFor)
                continue;
            held.Remove(id);
            Answer(share, RefuseSecondsAfterHolding);
        }
    }

    /// <returns>False while some pod waits for a place, and more offers may bring it.</returns>
    private bool Place(DateTimeOffset now)
    {
        var lacking = cluster.Facts.Removing || cluster.MustPark ? [] : cluster.Unplaced()
            .Where(instance => !cluster.IsSkipped(instance.Name) && cluster.PlaceOf(instance.Name) is null).ToList();
        var eligible = Eligible();
        if (!MayGather || !lacking.Exists(instance => eligible.Exists(other => other.Name == instance.Name || Needs(other, instance))))
            return true;
        return PlaceTogether(lacking, now);
    }

    /// <summary>The first can't start before it knows where the other is.</summary>
    private static bool Needs(PodInstance instance, PodInstance other) => instance.Pod.KnowsItsOwn && instance.Pod.Type == other.Pod.Type;

    /// <summary>What serves does not wait for them, nor they for that.</summary>
    private bool PlaceOperations(DateTimeOffset now)
    {
        var hasAllPlaces = true;
        foreach (var operation in Eligible().Where(instance => instance.Pod.IsOperation && cluster.PlaceOf(instance.Name) is null))
            hasAllPlaces &= PlaceTogether([operation], now);
        return hasAllPlaces;
    }

    private bool PlaceTogether(IReadOnlyList<PodInstance> lacking, DateTimeOffset now)
    {
        var placement = new Placement([.. held.Values.Select(pair => pair.Share)], cluster, avoidedHosts, now);
        if (placement.Find(lacking) is not { } places)
        {
            foreach (var (pod, host, refusal) in placement.Refusals)
                cluster.Refusals[(pod, host)] = (refusal, now);
            Changed();
            return false;
        }
        foreach (var (instance, share) in places)
            Place(instance, share, now);
        return true;
    }

    private void Place(PodInstance instance, OfferShare share, DateTimeOffset now)
    {
        var chosen = new Queue<int>(share.ChoosePorts(instance.Pod.PortCount, settings.NewId().GetHashCode()));
        var ports = instance.TaskNames().ToDictionary(
            task => task.Task,
            IReadOnlyDictionary<string, int> (task) => task.Specification.Ports.ToDictionary(port => port, _ => chosen.Dequeue(), StringComparer.Ordinal), StringComparer.Ordinal);
        var place = new PodPlace(share.AgentId, share.Host, share.AgentUrl, share.Zone, instance.Pod.Resources, ports, now);
        var record = cluster.Record(instance);
        var volumes = record.Volumes ?? NewVolumes(instance, record, share);
        Save(record with { Place = place, Volumes = volumes });
        Happened(instance.Name, $"has its place on {place.Host}", now);
        share.Reserve(ReservationOf(instance.Name), place.Reserved, [.. place.AllPorts]);
        Create(instance.Name, Missing(cluster.Record(instance), share), share);
        foreach (var done in cluster.Refusals.Keys.Where(refused => refused.Pod == instance.Name).ToList())
            cluster.Refusals.Remove(done);
    }

    /// <returns>Something was launched, so that what depends on it may be launched as well.</returns>
    private bool LaunchAtPlaces(DateTimeOffset now)
    {
        var hasLaunched = false;
        foreach (var instance in Eligible())
        {
            if (cluster.PlaceOf(instance.Name) is not { } place || held.Values.Select(pair => pair.Share).Where(share => share.AgentId == place.AgentId).ToList() is not { Count: > 0 } shares)
                continue;
            if (avoidedHosts.WhyNot(place.AgentId, now) is not null || ReservedAt(instance, place, shares) is not { } share)
                GiveUpPlace(instance.Name, now);
            else
                hasLaunched |= Launch(instance, place, share, now);
        }
        return hasLaunched;
    }

    /// <summary>An answer may have been lost on its way: what was to be reserved then still is to be.</summary>
    private OfferShare? ReservedAt(PodInstance instance, PodPlace place, List<OfferShare> shares)
    {
        var reservation = ReservationOf(instance.Name);
        var record = cluster.Record(instance);
        var found = shares.Find(share => share.Reserved.Any(reserved => reserved.Reservation == reservation)) ?? shares.Find(share => share.Has(place.Reserved, place.AllPorts));
        if (found is null)
            return null;
        var isReserved = found.Reserved.Any(reserved => reserved.Reservation == reservation);
        var missing = Missing(record, found);
        if (missing.Count > 0 && (record.Volumes!.IsUsed || found.DiskMebibytes - (isReserved ? 0 : place.Reserved.DiskMebibytes) < missing.Sum(volume => volume.Mebibytes)))
            return null;
        if (!isReserved)
            found.Reserve(reservation, place.Reserved, [.. place.AllPorts]);
        Create(instance.Name, missing, found);
        return found;
    }

    private bool Launch(PodInstance instance, PodPlace place, OfferShare share, DateTimeOffset now)
    {
        var (peers, places) = (cluster.Placed(), cluster.Places());
        var rows = new List<(TaskRow Row, TaskInfo Info)>();
        var launch = settings.NewId();
        var name = cluster.Wanted!.Name;
        foreach (var (task, specification) in instance.TaskNames())
        {
            var ports = place.Ports[task];
            var context = new TaskContext(task, instance.Index, place.Host, ports, peers, places) { Zone = place.Zone ?? "" };
            if (specification.Command(context) is not CommandOutcome.Known(var command))
                return false;
            var row = new TaskRow(
                $"{name}.{task}.{launch:n}", instance.Name, task, place.AgentId, place.Host, share.AgentUrl, specification.Resources, ports, DependenciesOf(context), now)
            {
                IsOperation = instance.Pod.IsOperation, Number = cluster.NextLaunch, Target = cluster.SpecifiedTarget, Restarts = cluster.Wanted.Restarts, Rotations = cluster.Wanted.Rotations,
            };
            rows.Add((row, TaskInfos.Build(row, specification, command, specification.Readiness(context), [.. specification.Activity?.Invoke(context) ?? [], .. specification.Facts?.Invoke(context) ?? []], name, ReservationOf(instance.Name), VolumesOf(instance, specification, share), share.Role, settings.User)));
            peers[task] = new PlacedTask(task, row.TaskId, place.Host, ports, false);
        }
        if (cluster.Record(instance) is { FirstLaunchedAt: null } record)
            Save(record with { FirstLaunchedAt = now, FirstTarget = cluster.SpecifiedTarget });
        foreach (var (row, info) in rows)
        {
            if (cluster.Add(row) is { } forgotten)
                Store(SchedulerMemory.RemoveTask(forgotten.TaskId));
            unconfirmed.Add(row.TaskId);
            Save(row);
            Happened(row.Name, $"is launched on {row.Host}", now);
            share.Launches.Add(info);
        }
        return true;
    }

    /// <summary>As the master offered or is told to make them.</summary>
    private List<Resource> VolumesOf(PodInstance instance, TaskSpecification task, OfferShare share)
    {
        var ids = (cluster.Record(instance).Volumes?.Volumes ?? []).Where(volume => volume.Task == task.Name).Select(volume => volume.Id).ToHashSet(StringComparer.Ordinal);
        return [.. share.Volumes.Where(volume => ids.Contains(volume.Id)).Select(volume => volume.Resource.Clone())];
    }

    private Dictionary<string, string> DependenciesOf(TaskContext context)
    {
        var dependencies = new Dictionary<string, string>(context.Dependencies, StringComparer.Ordinal);
        foreach (var name in package.Connections(cluster.Wanted!.Options).Union(cluster.Wanted.Needs))
        {
            if (cluster.Connections.TryGetValue(name, out var connection))
                dependencies[ConnectionPrefix + name] = connection.Fingerprint;
        }
        return dependencies;
    }

    private PodReservation ReservationOf(string pod) => new(cluster.Id, pod, settings.Principal);

    private void Answer(OfferShare share, double refuseSeconds)
    {
        // What was given back is offered again: that it is not reserved any more shows that the answer has arrived.
        var filters = new Filters { RefuseSeconds = share.HasReleased ? 0 : refuseSeconds };
        if (!share.IsUsed)
        {
            var decline = new SchedulerCall { Type = SchedulerCall.Types.Type.Decline, Decline = new SchedulerCall.Types.Decline { Filters = filters } };
            decline.Decline.OfferIds.Add(share.Offer.Id);
            Call(decline);
            return;
        }
        var accept = new SchedulerCall { Type = SchedulerCall.Types.Type.Accept, Accept = new SchedulerCall.Types.Accept { Filters = filters } };
        accept.Accept.OfferIds.Add(share.Offer.Id);
        accept.Accept.Operations.Add(share.Operations);
        Call(accept);
    }
}
