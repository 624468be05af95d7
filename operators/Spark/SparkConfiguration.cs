using System.Globalization;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Spark;

/// <summary>The properties that all of a cluster's processes share. It holds the cluster's secret, so it is a file and never an argument.</summary>
internal static class SparkConfiguration
{
    /// <summary>The secret without which Spark Connect answers nobody.</summary>
    public const string Token = "connect";

    public static GeneratedFile Render(string folder, ClusterSettings settings, string path) =>
        FileTemplate.Read(Path.Combine(folder, "spark.conf.liquid")).Render(path, new Dictionary<string, string>
        {
            ["secret"] = settings.Secret("authenticate"),
            ["token"] = settings.Secret(Token),
            ["worker_cores"] = settings.Number("worker_cores").ToString(CultureInfo.InvariantCulture),
            ["worker_memory"] = settings.Number("worker_memory").ToString(CultureInfo.InvariantCulture),
            ["event_log"] = $"{settings.LakeUri.TrimEnd('/')}/{SparkPackage.EventLog(settings)}",
            ["page"] = SparkPackage.MasterPage(settings).TrimEnd('/'),
        });
}
