using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using DataPlatform.Core.Client.ControlPlane;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

public sealed class PrometheusLaunchTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Launches_a_Prometheus_that_watches_itself_and_what_it_is_told_to_watch()
    {
        await using var launched = await DeclaredLaunch.StartAsync("prometheus", output);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var watched = builder.Build();
        watched.Urls.Add("http://127.0.0.1:0");
        watched.MapGet("/measured", () => "jobs_done 42\n");
        await watched.StartAsync();
        var (seen, connection) = await launched.ReadyAsync($$"""{"interval":1,"targets":"{{new Uri(watched.Urls.First()).Authority}}","path":"/measured"}""");
        using var client = new HttpClient();
        var url = connection.Environment["PROMETHEUS_URL"];

        (await client.GetStringAsync($"{url}/-/ready")).ShouldContain("Ready");
        var up = await UntilAsync(client, $"{url}/api/v1/query?query=up", answer => answer.Count == 2 && answer.All(series => series!["value"]![1]!.GetValue<string>() == "1"));
        up.Select(series => series!["value"]![1]!.GetValue<string>()).ShouldAllBe(value => value == "1", await client.GetStringAsync($"{url}/api/v1/targets"));
        up.Select(series => series!["metric"]!["job"]!.GetValue<string>()).Order().ShouldBe(["prometheus", "targets"]);
        (await UntilAsync(client, $"{url}/api/v1/query?query=jobs_done", answer => answer.Count == 1))[0]!["value"]![1]!.GetValue<string>().ShouldBe("42");
        seen.Endpoints.ShouldHaveSingleItem().ProxyPath.ShouldBe("/ui/trial/prometheus/");

        (await launched.UntilActivityAsync(seen => seen is { State: ActivityState.Idle, Of: not "its launch" })).Of.ShouldBe("queries");
        await launched.GoneAsync();
    }

    private static async Task<JsonArray> UntilAsync(HttpClient client, string question, Func<JsonArray, bool> settled)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var answer = JsonNode.Parse(await client.GetStringAsync(question))!["data"]!["result"]!.AsArray();
            if (settled(answer))
                return answer;
            if (limit.IsCancellationRequested)
                return answer;
            await Task.Delay(100, CancellationToken.None);
        }
    }
}
