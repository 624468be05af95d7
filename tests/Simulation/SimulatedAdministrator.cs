using DataPlatform.Core.Allocation;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Simulation.Tests;

/// <summary>The person who says what roles may have and which hosts are in use; in the end everything is as it was in the beginning.</summary>
internal sealed partial class SimulatedAdministrator(SimulatedCluster cluster)
{
    private static readonly string[] Roles = ["a", "b", "b/x", "b/y"];
    private readonly Dictionary<string, int> asked = [];

    /// <summary>Another limit and another guarantee each time, now and then none.</summary>
    public string SetQuota(int detail)
    {
        var (role, limit, guarantee, force) = (Roles[detail % 4], detail / 4 % 12, detail / 48 % 4, detail % 3 != 0);
        var config = new QuotaConfig { Role = role };
        if (limit > 0)
        {
            config.Limits["cpus"] = new() { Value = limit };
            config.Limits["mem"] = new() { Value = 1024 * limit };
        }

        if (guarantee > 0)
            config.Guarantees["cpus"] = new() { Value = limit > 0 ? Math.Min(guarantee, limit) : guarantee };
        Ask(config, force);
        return $"an operator gives role {role} the quota {config}{(force ? " by force" : "")}";
    }

    public string SetWeight(int detail)
    {
        var weight = new WeightInfo { Role = Roles[detail % 4], Weight = 1 + (detail / 4 % 5) };
        cluster.Master.Post(new PoolCommand.UpdateWeights([weight], SimulatedCluster.Anyone));
        return $"an operator gives role {weight.Role} the weight {weight.Weight}";
    }

    public bool IsDone => cluster.Master.State is { Quotas.Count: 0, Deactivations.Count: 0, DownMachines.Count: 0, Plan.IsEmpty: true };

    /// <summary>Until nothing is left to be taken back.</summary>
    public void TakeBack()
    {
        foreach (var role in cluster.Master.State.Quotas.Keys)
            Ask(new QuotaConfig { Role = role }, force: true);
        PutAllBack();
    }

    /// <summary>Several may be on their way: what holds is known when the last of them is answered.</summary>
    private void Ask(QuotaConfig config, bool force)
    {
        var number = asked[config.Role] = asked.GetValueOrDefault(config.Role) + 1;
        var before = cluster.Invariants.Quotas.Told(config.Role);
        cluster.Invariants.Quotas.Tell(config.Role, null);
        cluster.Master.Post(new PoolCommand.UpdateQuotas([config], force, SimulatedCluster.Anyone), outcome =>
        {
            if (asked[config.Role] != number)
                return;
            if (outcome is PoolOutcome.Refused)
                cluster.Invariants.Quotas.Tell(config.Role, before);
            else if (QuotaRules.TryRead(config, out var quota) is null)
                cluster.Invariants.Quotas.Tell(config.Role, quota);
        });
    }
}
