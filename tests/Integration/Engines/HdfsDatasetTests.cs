using System.Text;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.Engines;

public sealed class HdfsDatasetTests
{
    [Fact]
    public async Task Datasets_on_an_HDFS_cluster_are_listed_shown_and_asked_in_SQL_until_it_goes()
    {
        await using var platform = await PlatformProcesses.StartAsync(agents: 1);
        using var client = await platform.StartControlPlaneAsync();
        await client.NeedAsync("hdfs");
        var cluster = await client.LaunchAsync(platform, "hdfs", "files", new JsonObject { ["datanodes"] = 1, ["copies"] = 1, ["disk"] = 1024, ["namenode_memory"] = 256, ["writer"] = "ann" });
        var folder = cluster.Endpoints.Single(endpoint => endpoint.Name == "webhdfs").Url;
        await WriteAsync(folder, "birds/year=2001/part-0.csv", "name,count\nTern,3\nGull,4\n");
        await WriteAsync(folder, "birds/year=2002/part-0.csv", "name,count\nTern,5\n");

        var listed = (await client.LakeAsync()).ShouldHaveSingleItem();
        (listed.Path, listed.Format, listed.Files, listed.Owner).ShouldBe(("files:birds", "csv", 2, "ann"));
        (await client.DatasetAsync("files:birds", 1)).Rows!.Single().ShouldBe(["Tern", "3"]);
        (await AskedAsync()).ShouldBe("2001|7;2002|5");

        await WriteAsync(folder, "birds/year=2002/part-0.csv", "name,count\nTern,6\n");
        await Eventually.HoldsAsync(async () => await AskedAsync() == "2001|7;2002|6", "what was written again to be seen");
        await client.DeleteAndWaitAsync("files");
        (await client.LakeAsync()).ShouldBeEmpty();

        async Task<string> AskedAsync() => string.Join(';', (await client.SqlAsync(new SqlRequest("""SELECT year, sum(count) FROM "files:birds" GROUP BY year ORDER BY year""", 10))).Rows.Select(row => string.Join('|', row.Select(SqlResult.Text))));
    }

    private static async Task WriteAsync(string folder, string path, string text)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
        using var place = await http.PutAsync(new Uri(folder.Replace("?", $"/{path}?op=CREATE&overwrite=true&", StringComparison.Ordinal)), null);
        using var written = await http.PutAsync(place.Headers.Location, new StringContent(text, Encoding.UTF8, "application/octet-stream"));
        written.IsSuccessStatusCode.ShouldBeTrue(await written.Content.ReadAsStringAsync());
    }
}
