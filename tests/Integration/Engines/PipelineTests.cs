using System.Text.RegularExpressions;
using DataPlatform.Architecture.Tests;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.Engines;

/// <summary>The pipeline of docs/blueprints.md: seven kinds of clusters that are brought up, used together and taken down as one thing.</summary>
public sealed partial class PipelineTests(ITestOutputHelper output)
{
    [Fact]
    [Trait("Length", "Minutes")]
    public async Task Flights_go_through_Kafka_Spark_HDFS_MapReduce_Dask_and_Cassandra_and_none_is_lost()
    {
        await using var platform = await PlatformProcesses.StartAsync(agents: 3);
        using var client = await platform.StartControlPlaneAsync();
        await client.NeedAsync("kafka", "spark", "hdfs", "hadoop", "dask", "cassandra", "jupyter");
        var pipeline = Example().Match(await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Find(), "docs", "blueprints.md"))).Groups["text"].Value;

        await client.UpAsync(new BlueprintRequest(pipeline, "pipeline.yaml", null));
        await client.ReadyAsync(platform, "desk", TimeSpan.FromMinutes(20));
        var printed = Clusters.Printed(platform.Lake, "pipeline.ipynb");
        output.WriteLine(printed);
        printed.ShouldContain("confirmed by Kafka: 20,000");
        printed.ShouldContain("on HDFS, by Spark: 20,000");
        printed.ShouldContain("counted by MapReduce: 20,000 flights");
        printed.ShouldContain("counted by Dask: 20,000 flights");
        printed.ShouldContain("kept by Cassandra: 20,000 flights");

        (await client.DatasetAsync("files:flights_streamed", 1)).RowCount.ShouldBe(20_000);
        (await client.LakeAsync()).Single(dataset => dataset.Path == "files:flights_streamed").Owner.ShouldBe("data");
        (await client.SqlAsync(new SqlRequest("""SELECT (SELECT count(*) FROM "files:flights_streamed"), (SELECT sum(flights) FROM "flights_by_origin.parquet")""", 1)))
            .Rows.Single().Select(value => value!.ToString()).ShouldBe(["20000", "20000"]);

        await client.DownAsync("pipeline", evenIfNeeded: false);
        await Eventually.HoldsAsync(async () => (await client.ClustersAsync()).Count == 0, "the pipeline to be gone", limit: TimeSpan.FromMinutes(2));
        using var master = platform.Operator();
        (await master.GetTasksAsync(CancellationToken.None)).Tasks.ShouldBeEmpty();
        (await client.LakeAsync()).Select(dataset => dataset.Path).ShouldContain("flights_by_origin.parquet");
    }

    [GeneratedRegex(@"^```yaml pipeline\.yaml\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
