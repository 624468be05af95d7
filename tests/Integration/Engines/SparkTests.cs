using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.Engines;

public sealed class SparkTests
{
    [Fact]
    public async Task Runs_the_flights_notebook_and_when_it_is_gone_another_reads_its_results_and_the_history_knows_its_jobs()
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

        await client.LaunchAsync(platform, "spark-history", "past", []);
        using var console = Console(client);
        await Eventually.HoldsAsync(async () => (await Applications(console)).Count == 1, "the first to be in the history");
        var application = (await Applications(console))[0]!;
        application["name"]!.GetValue<string>().ShouldBe("first");
        application["attempts"]![0]!["completed"]!.GetValue<bool>().ShouldBeTrue();
        var id = application["id"]!.GetValue<string>();
        var jobs = JsonNode.Parse(await console.GetStringAsync($"ui/past/applications/api/v1/applications/{id}/jobs"))!.AsArray();
        jobs.Count.ShouldBeGreaterThan(3);
        jobs.Select(job => job!["status"]!.GetValue<string>()).ShouldContain("SUCCEEDED");
        // Not opened yet: it is read and the browser sent on, below the console.
        (await console.GetStringAsync($"ui/past/applications/history/{id}/jobs/")).ShouldContain($"/ui/past/applications/history/{id}/stages/");
        await client.DeleteAndWaitAsync("past");

        Clusters.WriteNotebook(platform.Lake, "readback.ipynb",
            "import os\nfrom pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\nprint('rows', spark.read.parquet(os.environ['DP_LAKE_URI'] + '/flights_by_airport').count())");
        await client.LaunchAsync(platform, "spark", "second", new JsonObject { ["workers"] = 1 });
        await client.LaunchAsync(platform, "jupyter", "reader", new JsonObject { ["cluster"] = "second", ["execute"] = "readback.ipynb" });

        Clusters.Printed(platform.Lake, "readback.ipynb").Trim().ShouldBe($"rows {written}");
        await client.DeleteAndWaitAsync("reader");
        await client.DeleteAndWaitAsync("second");
    }

    /// <summary>What a browser that is logged in sees.</summary>
    private static HttpClient Console(ControlPlaneClient client) =>
        new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(client.Address.Url.TrimEnd('/') + "/"), DefaultRequestHeaders = { Authorization = new("Bearer", client.Address.Token) } };

    private static async Task<JsonArray> Applications(HttpClient console) =>
        JsonNode.Parse(await console.GetStringAsync("ui/past/applications/api/v1/applications"))!.AsArray();
}
