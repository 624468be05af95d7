using System.Text.Json.Nodes;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.Engines;

/// <summary>The notebooks that come with JupyterLab, each run from beginning to end on the engine that it is about; those of Spark and Dask have tests of their own.</summary>
public sealed class NotebookTests(ITestOutputHelper output)
{
    [Theory]
    [Trait("Length", "Minutes")]
    [InlineData("kafka", """{"heap":256,"disk":1024}""", "the first read 8,000 and left 12,000; the second read 12,000 and left 0", "Written and confirmed: 20,000 flights", "Read by two readers of one group: 20,000, none twice, 0 left, 0 out of an airport's order", "flights; the worst day was 2001-03-")]
    [InlineData("kafka", """{"heap":256,"disk":1024,"tls":true}""", "Written and confirmed: 20,000 flights")]
    [InlineData("cassandra", """{"nodes":1}""", "Kept: 20,000 flights, 1 copy of each, on 1 node", "1 of 4 got the seat", "Read page by page: 20,000 flights in ")]
    [InlineData("hdfs", """{"datanodes":1,"copies":1}""", "In HDFS: 20,000 flights", "One month of one state took ")]
    [InlineData("zookeeper", """{"servers":1,"memory":128}""", "Done: 12 of 12 weeks", "Grace died with week ")]
    public async Task Finds_what_it_says(string package, string options, params string[] found)
    {
        await using var platform = await PlatformProcesses.StartAsync(agents: 2);
        using var client = await platform.StartControlPlaneAsync();
        await client.NeedAsync(package, "jupyter");
        await client.LaunchAsync(platform, package, "subject", JsonNode.Parse(options)!.AsObject());
        await client.LaunchAsync(platform, "jupyter", "analyst", new JsonObject { ["cluster"] = "subject", ["execute"] = $"{package}.ipynb" });

        var printed = Clusters.Printed(platform.Lake, $"{package}.ipynb");
        output.WriteLine(printed);
        foreach (var part in found)
            printed.ShouldContain(part);
        await client.DeleteAndWaitAsync("analyst");
        await client.DeleteAndWaitAsync("subject");
    }
}
