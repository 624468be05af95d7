using System.Net;
using System.Text;

namespace DataPlatform.Services.Tests.Master;

/// <summary>What one principal's agents may take of the master.</summary>
public sealed class AgentLinkLimitTests
{
    [Fact]
    public async Task More_agents_of_one_principal_than_are_allowed_wait_until_one_leaves()
    {
        await using var master = await MasterProcess.StartAsync("--max-agents-per-principal", "2");
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        var first = await RegisterAsync(http, "127.0.0.1");
        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var second = await RegisterAsync(http, "127.0.0.2");
        second.StatusCode.ShouldBe(HttpStatusCode.OK);

        using (var third = await RegisterAsync(http, "127.0.0.3"))
        {
            third.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            third.Headers.RetryAfter.ShouldNotBeNull();
            (await third.Content.ReadAsStringAsync()).ShouldContain("2 streams open, as many as are allowed");
        }

        first.Dispose();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            using var again = await RegisterAsync(http, "127.0.0.3");
            if (again.StatusCode == HttpStatusCode.OK)
                break;
            await Task.Delay(20, patience.Token);
        }
    }

    [Fact]
    public async Task Agents_that_register_without_end_are_held_up()
    {
        await using var master = await MasterProcess.StartAsync("--max-registrations-per-second", "1");
        using var http = new HttpClient { BaseAddress = master.Endpoint };

        for (var count = 0; count < 1000; count++)
        {
            using var answer = await RegisterAsync(http, "127.0.0.1");
            if (answer.StatusCode != HttpStatusCode.TooManyRequests)
                continue;
            count.ShouldBeGreaterThanOrEqualTo(10);
            (await answer.Content.ReadAsStringAsync()).ShouldContain("1 times a second");
            return;
        }

        Assert.Fail("A thousand registrations were let in");
    }

    [Fact]
    public async Task Agents_that_call_without_end_are_held_up_and_a_framework_is_not()
    {
        await using var master = await MasterProcess.StartAsync("--max-agent-calls-per-second", "1");
        using var http = new HttpClient { BaseAddress = master.Endpoint };

        var statuses = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => PostAsync(http, "/api/v1/agent-link", """{"type":"PONG"}""")));

        statuses.ShouldContain(HttpStatusCode.TooManyRequests);
        (await PostAsync(http, "/api/v1", """{"type":"GET_VERSION"}""")).ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient http, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(path, content);
        return answer.StatusCode;
    }

    private static async Task<HttpResponseMessage> RegisterAsync(HttpClient http, string hostname)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/agent-link")
        {
            Content = new StringContent($$$"""
                {"type":"REGISTER","register":{"agent_info":{"hostname":"{{{hostname}}}","port":5051,
                 "resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":1}}]},"version":"1.0.0"}}
                """, Encoding.UTF8, "application/json"),
        };
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
