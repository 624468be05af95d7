using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Tests.Master.Endpoints;

/// <summary>Why a framework waits, asked of a real master over the wire.</summary>
public sealed class PendingEndpointTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("dp-master-test-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Tells_each_agent_s_reason_and_what_would_change_it_and_then_it_does()
    {
        await using var master = await MasterProcess.StartAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        await using var small = new FakeAgent(master.Endpoint, "cpus:1;mem:1024", hostname: "127.0.0.1");
        await small.RegisterAsync();
        await using var agent = new FakeAgent(master.Endpoint, "cpus:4;mem:4096", hostname: "127.0.0.2");
        await agent.RegisterAsync();
        await using var holder = await TestFramework.SubscribeAsync(master.Endpoint);
        await WaitUntilAsync(http, holder.Id, "cpus:4", answer => Kinds(answer).Contains("OFFERED"));
        await using var waiting = await TestFramework.SubscribeAsync(master.Endpoint);

        var answer = await AskAsync(http, new JsonObject
        {
            ["framework_id"] = new JsonObject { ["value"] = waiting.Id }, ["resources"] = "cpus:4;mem:1024", ["limit"] = 10,
        });

        ((int)answer["agents"]!).ShouldBe(2);
        Kinds(answer).ShouldBe(["TOO_LITTLE", "TOO_SMALL"]);
        var change = answer["changes"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)change["type"]!).ShouldBe("OFFERS_END");
        ((string)change["agent_id"]!).ShouldBe(agent.Id);
        var at = DateTimeOffset.UnixEpoch.AddTicks((long)change["at"]!["nanoseconds"]! / 100);
        at.ShouldBeInRange(DateTimeOffset.UtcNow.AddSeconds(60), DateTimeOffset.UtcNow.AddSeconds(121));
        answer["listed"]!.AsArray().Select(listed => (string)listed!["agent_id"]!).ShouldBe(new[] { small.Id, agent.Id }.Order(StringComparer.Ordinal));

        foreach (var offer in holder.Stream.Events.Where(told => told["offers"] is not null).SelectMany(told => told["offers"]!["offers"]!.AsArray()).ToList())
            await holder.CallAsync($$"""{"type":"DECLINE","decline":{"offer_ids":[{{offer!["id"]!.ToJsonString()}}],"filters":{"refuse_seconds":600} } }""");
        await WaitUntilAsync(http, waiting.Id, "cpus:4;mem:1024", after => Kinds(after).Contains("OFFERED"));
        Kinds(await AskAsync(http, Question(holder.Id, "cpus:1"))).ShouldNotContain("FITS");
    }

    [Theory]
    [InlineData("""{}""", "framework_id")]
    [InlineData("""{"framework_id":{"value":"F"},"resources":"cpus:x"}""", "'cpus' has 'x'")]
    [InlineData("""{"framework_id":{"value":"F"},"resources":"cpus(team):1"}""", "unreserved")]
    [InlineData("""{"framework_id":{"value":"F"},"resources":"ports:[1-2]"}""", "amounts such as cpus:1")]
    [InlineData("""{"framework_id":{"value":"F"},"role":"/x"}""", "role")]
    [InlineData("""{"framework_id":{"value":"F"},"limit":1001}""", "1000 are allowed")]
    [InlineData("""{"framework_id":{"value":"F"},"constraints":{"groups":[]}}""", "no groups")]
    [InlineData("""{"framework_id":{"value":"F"},"endings":[{"name":"a\nb"}]}""", "U+000A")]
    public async Task What_makes_no_sense_is_refused_with_what_is_allowed(string body, string reason)
    {
        await using var master = await MasterProcess.StartAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        using var answer = await http.PostAsync("/api/v1/pending", Json(body));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain(reason);

        var many = string.Join(',', Enumerable.Range(0, 65).Select(index => $$"""{"name":"{{index}}"}"""));
        using var tooMany = await http.PostAsync("/api/v1/pending", Json($$"""{"framework_id":{"value":"F"},"endings":[{{many}}] }"""));
        tooMany.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var get = await http.GetAsync("/api/v1/pending");
        get.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        using var unknown = await http.PostAsync("/api/v1/pending", Json("""{"framework_id":{"value":"F"}}"""));
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Who_may_not_see_the_framework_learns_nothing_of_it()
    {
        var credentials = Path.Combine(directory, "credentials");
        await File.WriteAllTextAsync(credentials, """{"credentials":[{"principal":"alice","secret":"a"},{"principal":"ops","secret":"o"},{"principal":"eve","secret":"e"}]}""");
        File.SetUnixFileMode(credentials, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var acls = Path.Combine(directory, "acls");
        await File.WriteAllTextAsync(acls, """
            {"register_frameworks":[{"principals":{"values":["alice"]},"roles":{"type":"ANY"}}],
             "view_frameworks":[{"principals":{"values":["ops"]},"users":{"type":"ANY"}}]}
            """);
        await using var master = await MasterProcess.StartAsync("--credentials", credentials, "--acls", acls);
        var subscribe = SubscriptionTests.Subscribe();
        subscribe["subscribe"]!["framework_info"]!["principal"] = "alice";
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint, subscribe, "alice:a");
        using var http = new HttpClient { BaseAddress = master.Endpoint };

        (await StatusAsync(null)).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync("eve:e")).ShouldBe(HttpStatusCode.NotFound);
        (await StatusAsync("ops:o")).ShouldBe(HttpStatusCode.OK);

        async Task<HttpStatusCode> StatusAsync(string? login)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/pending") { Content = Json(Question(framework.Id, "cpus:1").ToJsonString()) };
            request.Headers.Authorization = login is null ? null : TestFramework.Basic(login);
            using var answer = await http.SendAsync(request);
            return answer.StatusCode;
        }
    }

    private static List<string> Kinds(JsonNode answer) => [.. answer["reasons"]!.AsArray().Select(reason => (string)reason!["kind"]!).Order(StringComparer.Ordinal)];

    private static JsonObject Question(string framework, string resources) => new()
    {
        ["framework_id"] = new JsonObject { ["value"] = framework }, ["resources"] = resources,
    };

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static async Task<JsonNode> AskAsync(HttpClient http, JsonObject question)
    {
        using var answer = await http.PostAsync("/api/v1/pending", Json(question.ToJsonString()));
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!;
    }

    private static async Task WaitUntilAsync(HttpClient http, string framework, string resources, Func<JsonNode, bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!isSo(await AskAsync(http, Question(framework, resources))))
            await Task.Delay(10, patience.Token);
    }
}
