using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Access;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Hosting;
using DataPlatform.Services.ControlPlane.Metrics;
using DataPlatform.Services.ControlPlane.Pool;
using DataPlatform.Services.ControlPlane.Rest.Description;
using DataPlatform.Services.ControlPlane.Settings;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Rest;

/// <summary>For a Prometheus: what there is to measure, and the measurements of those parts that let in nobody but the control plane.</summary>
public static class MeasuringRoutes
{
    public static void Map(RouteGroupBuilder metrics)
    {
        metrics.WithMetadata(new OpenToMeasuring());
        metrics.MapGet("/targets/clusters", OfClusters).WithSummary("Pods of all clusters that show measurements, as Prometheus's HTTP service discovery")
            .Produces<IReadOnlyList<MetricsTarget>>().Refuses(503);
        metrics.MapGet("/targets/platform", OfPlatform).WithSummary("The platform's own parts, as Prometheus's HTTP service discovery; all are asked through the control plane")
            .Produces<IReadOnlyList<MetricsTarget>>().Refuses(503);
        metrics.MapGet("/master", OfMaster).WithSummary("What the master that leads counts").Produces<string>(200, "text/plain").Refuses(404, 502);
        metrics.MapGet("/agents/{id}", OfAgent).WithSummary("What one agent counts").Produces<string>(200, "text/plain")
            .Refuses(404, 502);
    }

    private static IResult OfClusters(ClusterStore clusters, Catalogue catalogue)
    {
        // Of a package that is not here nothing is known, and nothing will be.
        var seen = clusters.Living().Select(cluster => (Cluster: cluster, Engine: catalogue.Find(cluster.Package))).Where(each => each.Engine is not null);
        var (targets, unknown) = MetricsTargets.OfClusters(seen.Select(each => (each.Cluster, each.Engine!.Observe(each.Cluster.Id))));
        return targets is null ? Unknown($"Where {unknown} shows its measurements is not known yet.") : Results.Json(targets, Refusals.Json);
    }

    private static async Task<IResult> OfPlatform(KnownAgents agents, ControlPlaneSettings settings, ServerAddress address, CancellationToken cancellation)
    {
        var controlPlane = new Uri(address.PublicUrl);
        if (settings.Master is null)
            return Results.Json(MetricsTargets.OfPlatform(controlPlane, hasMaster: false, []), Refusals.Json);
        var (hosts, away) = await agents.ReadAsync(cancellation);
        return hosts is null ? Unknown($"Which agents there are is not known: {away}.") : Results.Json(MetricsTargets.OfPlatform(controlPlane, hasMaster: true, hosts), Refusals.Json);
    }

    private static Task OfMaster(HttpContext context, MasterReader master, ControlPlaneSettings settings) => settings.Master is null
        ? Refusals.Write(context, new Problem("There is no master", 404, "None is configured; give --master URL.", null))
        : MetricsRelay.PassAsync(context, "the master", master.MetricsTextAsync);

    private static async Task OfAgent(HttpContext context, string id, KnownAgents known, AgentClients agents)
    {
        var (hosts, away) = await known.ReadAsync(context.RequestAborted);
        if (hosts is null)
            await Refusals.Write(context, new Problem("The measurements can't be had", 502, $"Which agents there are is not known: {away}.", null));
        else if (hosts.FirstOrDefault(each => each.AgentId == id) is not { } host)
            await Refusals.Write(context, new Problem("No such agent", 404, "GET /api/v1/pool lists the agents.", null));
        else
            await MetricsRelay.PassAsync(context, $"the agent on {host.Host}:{host.Port}", agents.At(new Uri($"http://{HostAddress.Of(host.Host, host.Port)}")).GetMetricsTextAsync);
    }

    /// <summary>Whoever asked goes on with what he was told before.</summary>
    private static IResult Unknown(string why) => Refusals.Result(new Problem("What there is to measure is not known", 503, why, null));
}
