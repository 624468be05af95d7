using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>What people see of clusters: what is desired joined with what the operator observes. Nothing of it is stored.</summary>
public sealed class ClusterViews(Catalogue catalogue, ClusterStore clusters, ClusterChanges changes, TimeProvider time)
{
    public IReadOnlyList<ClusterSummary> List() => [.. clusters.Living().Select(cluster => Join(cluster).Summary)];

    public IReadOnlyList<DesiredCluster> Deleted(int count) => clusters.Deleted(count);

    public DesiredCluster? LastDeleted(string name) => clusters.LastDeleted(name);

    public ClusterDetail? Find(string name) => clusters.Find(name) is { } cluster ? Join(cluster) : null;

    public ClusterDetail? FindById(string id) => clusters.FindById(id) is { } cluster ? Join(cluster) : null;

    /// <summary>The cluster now and after every change, until it is deleted.</summary>
    public async IAsyncEnumerable<ClusterDetail> Watch(string id, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        void Signal(string changed)
        {
            if (changed == id) signals.Writer.TryWrite(true);
        }

        changes.Changed += Signal;
        // Reasons for waiting also change without any event of the cluster, as offers come and are refused.
        using var timer = time.CreateTimer(_ => signals.Writer.TryWrite(true), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        try
        {
            string? last = null;
            while (true)
            {
                if (FindById(id) is not { } detail) yield break;
                var text = JsonSerializer.Serialize(detail);
                if (text != last) yield return detail;
                last = text;
                if (detail.Summary.State == ClusterState.Deleted) yield break;
                await signals.Reader.ReadAsync(cancellation);
            }
        }
        finally
        {
            changes.Changed -= Signal;
        }
    }

    private ClusterDetail Join(DesiredCluster cluster)
    {
        var observed = catalogue.Find(cluster.Package)?.Observe(cluster.Id);
        var seen = observed ?? ClusterObservation.Unscheduled;
        var (state, reason) = cluster switch
        {
            { DeletedAt: not null } => (ClusterState.Deleted, cluster.DeleteReason),
            { DeleteRequestedAt: not null } => (ClusterState.Deleting, observed is null ? cluster.DeleteReason : observed.Reason ?? cluster.DeleteReason),
            _ when catalogue.Find(cluster.Package) is null => (ClusterState.Failed, $"this control plane has no operator for the package {cluster.Package}"),
            _ => (seen.State, seen.Reason),
        };
        var summary = new ClusterSummary(
            cluster.Id, cluster.Name, cluster.Package, cluster.VersionOf(), cluster.Owner, state, reason, cluster.CreatedAt, seen.ReadyAt, cluster.ExpiresAt, seen.Reserved)
        {
            Blueprint = cluster.Blueprint,
            Page = seen.Endpoints.Select(endpoint => endpoint.Page).FirstOrDefault(page => page is not null),
            Activity = state is ClusterState.Deleted or ClusterState.Deleting ? null : seen.Activity,
        };
        return new ClusterDetail(summary, Texts(cluster.Options), seen.Plans, seen.Tasks, seen.Endpoints, seen.Snippets, seen.Waiting)
        {
            Events = seen.Events, Volumes = seen.Volumes, Facts = seen.Facts, Tables = seen.Tables, Operations = Operations(cluster, seen), Target = cluster.Target, Needs = cluster.Needs, IsPaused = cluster.Aim.IsPaused,
        };
    }

    /// <summary>What was asked for just now its scheduler has not heard of yet.</summary>
    private static IReadOnlyList<OperationView> Operations(DesiredCluster cluster, ClusterObservation seen)
    {
        var known = seen.Operations.ToDictionary(operation => operation.Number);
        return cluster.Aim.Operations is not { } asked ? seen.Operations :
        [
            .. asked.Select(operation => known.GetValueOrDefault(operation.Number)
                ?? new OperationView(operation.Number, operation.Name, "unknown", StepState.Pending, operation.At, null, null, operation.Folder, "its scheduler") { Inputs = operation.Inputs }),
        ];
    }

    internal static Dictionary<string, string> Texts(JsonObject options) =>
        options.ToDictionary(option => option.Key, option => option.Value?.ToString() ?? "");
}
