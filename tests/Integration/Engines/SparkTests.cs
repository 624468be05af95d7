using System.Text.Json.Nodes;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.Engines;

public sealed class SparkTests
{
    [Fact]
    public async Task Runs_the_flights_notebook_and_another_cluster_reads_its_results_when_the_first_is_gone()
    {
        await using var platform = await PlatformProcesses.StartAsync(agents: 2);
        using var client = await platform.StartControlPlaneAsync();
        await client.NeedAsync("spark", "jupyter");

        await client.LaunchAsync(platform, "spark", "first", new JsonObject { ["workers"] = 2 });
        await client.LaunchAsync(platform, "jupyter", "analyst", new JsonObject { ["cluster"] = "first", ["execute"] = "flights.ipynb" });
        Clusters.Printed(platform.Lake, "flights.ipynb").ShouldContain("flights_by_airport");
        (await client.LakeAsync()).Select(dataset => dataset.Path).ShouldContain("flights_by_airport");
        var written = (await client.DatasetAsync("flights_by_airport", 1)).RowCount.ShouldNotBeNull();
        await client.DeleteAndWaitAsync("analyst");
        await client.DeleteAndWaitAsync("first");
        await Eventually.HoldsAsync(() => platform.Running().Count == 0, "every task of the first to be gone");

        Clusters.WriteNotebook(platform.Lake, "readback.ipynb",
            "import os\nfrom pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\nprint('rows', spark.read.parquet(os.environ['DP_LAKE_URI'] + '/flights_by_airport').count())");
        await client.LaunchAsync(platform, "spark", "second", new JsonObject { ["workers"] = 1 });
        await client.LaunchAsync(platform, "jupyter", "reader", new JsonObject { ["cluster"] = "second", ["execute"] = "readback.ipynb" });

        Clusters.Printed(platform.Lake, "readback.ipynb").Trim().ShouldBe($"rows {written}");
        await client.DeleteAndWaitAsync("reader");
        await client.DeleteAndWaitAsync("second");
    }
}
