using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Pool;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Metrics;

/// <summary>
/// What there is to measure. Two lists, since who measures the platform's own parts shows a token, which no pod of a cluster may see.
/// </summary>
public static class MetricsTargets
{
    public const string MasterPath = "/api/v1/metrics/master";
    public const string AgentsPath = "/api/v1/metrics/agents/";
    private const string Path = "__metrics_path__";
    private const string Scheme = "__scheme__";
    private const string Instance = "instance";
    private const string Part = "part";

    /// <summary>All pods of clusters that are wanted.</summary>
    /// <returns>Null, with the cluster's name, as long as one is not known: who measures keeps what he was told before.</returns>
    public static (IReadOnlyList<MetricsTarget>? Targets, string Unknown) OfClusters(IEnumerable<(DesiredCluster Cluster, ClusterObservation? Seen)> clusters)
    {
        var targets = new List<MetricsTarget>();
        foreach (var (cluster, seen) in clusters.Where(each => each.Cluster is { DeleteRequestedAt: null, DeletedAt: null }))
        {
            // Of what has failed, such as a cluster whose package is gone, nothing may ever be known.
            if (seen is not { State: ClusterState.Failed } && seen?.Measured is null)
                return (null, cluster.Name);
            targets.AddRange((seen.Measured ?? []).Select(pod => new MetricsTarget([HostAddress.Of(pod.Host, pod.Port)], new Dictionary<string, string>
            {
                [Path] = pod.Path, ["cluster"] = cluster.Name, ["package"] = cluster.Package, ["pod"] = pod.Pod,
            })));
        }

        return (targets, "");
    }

    /// <summary>All through the control plane, which has the credentials that master and agents ask for.</summary>
    /// <param name="hasMaster">Of several the one that leads is asked.</param>
    public static IReadOnlyList<MetricsTarget> OfPlatform(Uri controlPlane, bool hasMaster, IReadOnlyList<HostView> agents)
    {
        MetricsTarget Target(string path, string instance, string part)
        {
            var labels = new Dictionary<string, string> { [Path] = path, [Instance] = instance, [Part] = part };
            if (controlPlane.Scheme != "http")
                labels[Scheme] = controlPlane.Scheme;
            return new MetricsTarget([controlPlane.Authority], labels);
        }

        return
        [
            Target("/metrics", controlPlane.Authority, "control-plane"),
            .. hasMaster ? [Target(MasterPath, "master", "master")] : (IEnumerable<MetricsTarget>)[],
            .. agents.Select(agent => Target(AgentsPath + Uri.EscapeDataString(agent.AgentId), HostAddress.Of(agent.Host, agent.Port), "agent")),
        ];
    }
}
