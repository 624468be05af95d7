using System.Text;
using DataPlatform.Operators.Sdk.Clusters;

namespace DataPlatform.Operators.Spark;

/// <summary>The properties that all of a cluster's processes share. It holds the cluster's secret, so it is a file and never an argument.</summary>
internal static class SparkConfiguration
{
    public static string Render(ClusterSettings settings)
    {
        var properties = new (string Name, string Value)[]
        {
            // Whoever reaches the master's port must know the secret to register a worker or an application.
            ("spark.authenticate", "true"),
            ("spark.authenticate.secret", settings.Secret("authenticate")),
            ("spark.master.rest.enabled", "false"),
            ("spark.executor.cores", Text(settings.Number("worker_cores"))),
            ("spark.executor.memory", $"{settings.Number("worker_memory")}m"),
            ("spark.eventLog.enabled", "true"),
            ("spark.eventLog.dir", $"{settings.LakeUri.TrimEnd('/')}/{SparkPackage.EventLog(settings)}"),
            ("spark.ui.reverseProxy", "true"),
            ("spark.ui.reverseProxyUrl", SparkPackage.MasterPage(settings).TrimEnd('/')),
            ("spark.sql.parquet.compression.codec", "zstd"),
            ("spark.worker.cleanup.enabled", "true"),
        };
        return properties.Aggregate(new StringBuilder(), (text, property) => text.Append(property.Name).Append(' ').Append(property.Value).Append('\n')).ToString();
    }

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
