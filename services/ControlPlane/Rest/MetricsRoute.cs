using System.Globalization;
using System.Text;
using DataPlatform.Services.ControlPlane.Access;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Leading;
using DataPlatform.Services.ControlPlane.Recurring;
using DataPlatform.Services.ControlPlane.Storage;
using DataPlatform.Services.Hosting.Serving;

namespace DataPlatform.Services.ControlPlane.Rest;

/// <summary>Measurements in Prometheus's text form, behind the login like everything else.</summary>
public static class MetricsRoute
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/metrics", (ClusterViews views, Catalogue catalogue, Leadership leadership, Database database, Removals removals) =>
            Results.Text(Text(views, catalogue) + Own(leadership, database, removals) + ProcessMetrics.Text(), "text/plain; version=0.0.4")).WithMetadata(new OpenToMeasuring())
            .WithTags("Metrics").WithSummary("What this control plane counts").Produces<string>(200, "text/plain");

    private static string Text(ClusterViews views, Catalogue catalogue)
    {
        var text = new StringBuilder();
        text.AppendLine("# HELP dp_clusters Living clusters by package and state.").AppendLine("# TYPE dp_clusters gauge");
        foreach (var group in views.List().GroupBy(cluster => (cluster.Package, cluster.State)).OrderBy(group => group.Key))
            text.AppendLine(CultureInfo.InvariantCulture, $"dp_clusters{{package=\"{group.Key.Package}\",state=\"{group.Key.State}\"}} {group.Count()}");
        text.AppendLine("# HELP dp_schedulers Clusters whose scheduler works here, by package and by whether the master has registered it.").AppendLine("# TYPE dp_schedulers gauge");
        foreach (var engine in catalogue.Operators)
        {
            foreach (var group in engine.Known.GroupBy(id => engine.FrameworkIdOf(id) is not null).OrderBy(group => group.Key))
                text.AppendLine(CultureInfo.InvariantCulture, $"dp_schedulers{{package=\"{engine.Name}\",registered=\"{(group.Key ? "true" : "false")}\"}} {group.Count()}");
        }
        return text.ToString();
    }

    private static string Own(Leadership leadership, Database database, Removals removals)
    {
        var text = new StringBuilder();
        Add(text, "dp_control_plane_leading", "gauge", "Whether this control plane leads.", leadership.Standing is Standing.Leading ? 1 : 0);
        Add(text, "dp_control_plane_epoch", "gauge", "Under which epoch this control plane leads; 0 when it does not.", leadership.Standing is Standing.Leading(var epoch) ? epoch : 0);
        Add(text, "dp_control_plane_lost_leads_total", "counter", "How often the lead was lost rather than given up.", leadership.Losses);
        Add(text, "dp_database_writable", "gauge", "Whether the latest write of the database succeeded.", database.Trouble is null ? 1 : 0);
        Add(text, "dp_withheld_removals", "gauge", "Clusters that run, that the database does not know, and that wait for a person's word.", removals.Withheld.ClusterIds.Count);
        return text.ToString();
    }

    private static void Add(StringBuilder text, string name, string kind, string help, long value) =>
        text.AppendLine(CultureInfo.InvariantCulture, $"# HELP {name} {help}").AppendLine(CultureInfo.InvariantCulture, $"# TYPE {name} {kind}")
            .AppendLine(CultureInfo.InvariantCulture, $"{name} {value}");
}
