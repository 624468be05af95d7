using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Scheduling;
using DataPlatform.Services.ControlPlane.Clusters;

namespace DataPlatform.Services.ControlPlane.Operators;

/// <summary>
/// How clusters are reached, as it was last told to those that name them. To be used by one thread at a time; one cluster's change costs
/// nothing for those that do not name it.
/// </summary>
public sealed class ConnectionBoard
{
    private readonly Dictionary<string, IReadOnlyList<string>> introduced = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, PackageSchedulers>> naming = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClusterConnection?> told = new(StringComparer.Ordinal);

    /// <summary>Tells a cluster how those are reached that it names, once for each, and those that name it how it is reached now.</summary>
    public void Look(PackageSchedulers engine, string clusterId)
    {
        if (engine.Wanted(clusterId) is not { } wanted)
        {
            Introduce(engine, clusterId, []);
            introduced.Remove(clusterId);
            return;
        }

        Introduce(engine, clusterId, engine.Connected(wanted.Options, wanted.Needs));
        var connection = engine.Connection(clusterId);
        if (told.TryGetValue(wanted.Name, out var before) && (connection is null ? before is null : connection.IsSame(before))) return;
        told[wanted.Name] = connection;
        foreach (var (other, schedulers) in naming.GetValueOrDefault(wanted.Name) ?? [])
            schedulers.Post(other, new SchedulerCommand.Connected(wanted.Name, connection));
    }

    private void Introduce(PackageSchedulers engine, string clusterId, IReadOnlyList<string> named)
    {
        var before = introduced.GetValueOrDefault(clusterId, []);
        foreach (var other in named.Except(before))
        {
            if (!naming.TryGetValue(other, out var those)) naming[other] = those = new(StringComparer.Ordinal);
            those[clusterId] = engine;
            if (told.GetValueOrDefault(other) is { } known) engine.Post(clusterId, new SchedulerCommand.Connected(other, known));
        }

        foreach (var other in before.Except(named))
            if (naming[other].Remove(clusterId) && naming[other].Count == 0) naming.Remove(other);
        introduced[clusterId] = named;
    }
}
