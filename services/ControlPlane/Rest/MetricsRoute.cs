using System.Globalization;
using System.Text;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.Hosting.Serving;

namespace DataPlatform.Services.ControlPlane.Rest;

/// <summary>Measurements in Prometheus's text form, behind the login like everything else.</summary>
public static class MetricsRoute
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/metrics", (ClusterViews views, Catalogue catalogue) => Results.Text(Text(views, catalogue), "text/plain; version=0.0.4")).ExcludeFromDescription();

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

        text.Append(ProcessMetrics.Text());
        return text.ToString();
    }
}
