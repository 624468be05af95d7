using System.Text.Json.Nodes;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

public sealed class PrometheusLaunchTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Launches_a_Prometheus_that_watches_itself_and_what_it_is_told_to_watch()
    {
        await using var launched = await DeclaredLaunch.StartAsync("prometheus", output);
        // The pool's own agent is what it is told to watch.
        var (seen, connection) = await launched.ReadyAsync($$"""{"interval":1,"targets":"{{launched.Agent.Host}}:{{launched.Agent.Port}}"}""");
        using var client = new HttpClient();
        var url = connection.Environment["PROMETHEUS_URL"];

        (await client.GetStringAsync($"{url}/-/ready")).ShouldContain("Ready");
        var up = await UntilAsync(client, $"{url}/api/v1/query?query=up", answer => answer.Count == 2 && answer.All(series => series!["value"]![1]!.GetValue<string>() == "1"));
        up.Select(series => series!["metric"]!["job"]!.GetValue<string>()).Order().ShouldBe(["prometheus", "targets"]);
        seen.Endpoints.ShouldHaveSingleItem().ProxyPath.ShouldBe("/ui/trial/prometheus/");

        await launched.GoneAsync();
    }

    private static async Task<JsonArray> UntilAsync(HttpClient client, string question, Func<JsonArray, bool> settled)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var answer = JsonNode.Parse(await client.GetStringAsync(question, limit.Token))!["data"]!["result"]!.AsArray();
            if (settled(answer))
                return answer;
            limit.IsCancellationRequested.ShouldBeFalse(answer.ToJsonString());
            await Task.Delay(100, CancellationToken.None);
        }
    }
}
