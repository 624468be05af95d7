using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;

namespace DataPlatform.Operators.Spark;

internal static class SparkSnippets
{
    public static IReadOnlyList<SnippetView> For(ClusterSettings settings, string remote) =>
    [
        new SnippetView("Python", "python",
            $"""
            # pip install pyspark-client==4.2.0 pandas pyarrow
            from pyspark.sql import SparkSession

            spark = SparkSession.builder.remote("{remote}").getOrCreate()
            lake = "{settings.LakeUri}"
            spark.range(1_000_000).selectExpr("sum(id)").show()
            """),
        new SnippetView("Notebook", "shell", $"dp notebook {settings.Cluster.Name}"),
        new SnippetView("Environment", "shell", $"export SPARK_REMOTE='{remote}'"),
    ];
}
