using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Tests.Master;

/// <summary>What a framework that asks for all does to another that asks for little: a call and its answer on the stream go on.</summary>
public sealed class GreedyFrameworkTests(ITestOutputHelper output) : IDisposable
{
    private const int Asked = 40;

    private readonly string directory = Directory.CreateTempSubdirectory("dp-master-test-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_framework_that_keeps_its_offers_loses_them_to_another()
    {
        await using var master = await StartAsync("--offer-timeout", "1secs");
        await using var agent = new FakeAgent(master.Endpoint, login: "agent:a");
        await agent.RegisterAsync();
        await using var greedy = await TestFramework.SubscribeAsync(master.Endpoint, login: "greedy:g");
        await greedy.WaitForOfferAsync();
        await using var modest = await TestFramework.SubscribeAsync(master.Endpoint, login: "modest:m");

        await greedy.Stream.WaitForTypeAsync("RESCIND");
        await modest.WaitForOfferAsync();
    }

    [Fact]
    public async Task A_framework_that_reconciles_in_a_loop_is_held_back_and_another_is_answered()
    {
        await using var master = await StartAsync("--max-reconciled-tasks-per-call", "2000", "--max-reconciled-tasks-per-second", "100");
        await using var greedy = await TestFramework.SubscribeAsync(master.Endpoint, login: "greedy:g");
        await using var modest = await TestFramework.SubscribeAsync(master.Endpoint, login: "modest:m");
        var tasks = string.Join(',', Enumerable.Range(0, 1_000).Select(number => $$$$"""{"task_id":{"value":"{{{{number}}}}"}}"""));
        var call = JsonNode.Parse($$$$"""{"type":"RECONCILE","reconcile":{"tasks":[{{{{tasks}}}}]}}""")!;

        var answers = await WhileAsync(modest, () => greedy.CallAsync(call), until: seen => seen.Contains(HttpStatusCode.TooManyRequests));

        answers.ShouldContain(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task A_framework_that_subscribes_in_a_loop_is_held_back_and_another_is_answered()
    {
        await using var master = await StartAsync("--max-subscribes-per-second", "10");
        await using var modest = await TestFramework.SubscribeAsync(master.Endpoint, login: "modest:m");
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        http.DefaultRequestHeaders.Authorization = TestFramework.Basic("greedy:g");
        var streams = new List<OpenStream>();

        var answers = await WhileAsync(modest, async () =>
        {
            var stream = await OpenStream.PostAsync(http, "/api/v1/scheduler", SubscriptionTests.Subscribe());
            streams.Add(stream);
            return stream.Status;
        }, until: seen => seen.Contains(HttpStatusCode.TooManyRequests));

        answers.ShouldContain(HttpStatusCode.OK);
        answers.ShouldContain(HttpStatusCode.TooManyRequests);
        foreach (var stream in streams)
            await stream.DisposeAsync();
    }

    [Fact]
    public async Task A_framework_that_refuses_offers_in_a_loop_does_not_keep_another_from_its_answers()
    {
        await using var master = await StartAsync();
        await using var agent = new FakeAgent(master.Endpoint, login: "agent:a");
        await agent.RegisterAsync();
        await using var greedy = await TestFramework.SubscribeAsync(master.Endpoint, login: "greedy:g");
        await using var modest = await TestFramework.SubscribeAsync(master.Endpoint, login: "modest:m");
        var ids = string.Join(',', Enumerable.Range(0, 5_000).Select(number => $$"""{"value":"{{number}}"}"""));
        var decline = JsonNode.Parse($$$$"""{"type":"DECLINE","decline":{"offer_ids":[{{{{ids}}}}],"filters":{"refuse_seconds":1000000}}}""")!;

        var answers = await WhileAsync(modest, async () =>
        {
            await greedy.CallAsync(decline);
            return await greedy.CallAsync("""{"type":"REVIVE"}""");
        });

        answers.ShouldAllBe(answer => answer == HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Two_hundred_thousand_roles_are_refused_at_once_with_the_limit()
    {
        await using var master = await StartAsync();
        await using var modest = await TestFramework.SubscribeAsync(master.Endpoint, login: "modest:m");
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        http.DefaultRequestHeaders.Authorization = TestFramework.Basic("greedy:g");
        var call = SubscriptionTests.Subscribe();
        call["subscribe"]!["framework_info"]!["roles"] = new JsonArray([.. Enumerable.Range(0, 200_000).Select(number => JsonValue.Create($"r{number}"))]);

        await WhileAsync(modest, async () =>
        {
            using var answer = await http.PostAsync("/api/v1/scheduler", new StringContent(call.ToJsonString(), System.Text.Encoding.UTF8, "application/json"));
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await answer.Content.ReadAsStringAsync()).ShouldContain("at most 1000");
            return answer.StatusCode;
        });

        (Process.GetProcessById(master.ProcessId).WorkingSet64 >> 20).ShouldBeLessThan(1024);
    }

    /// <summary>Repeats the attack while the other asks for the state of tasks, and says how long the answers took, calm and under attack.</summary>
    private async Task<List<HttpStatusCode>> WhileAsync(
        TestFramework modest, Func<Task<HttpStatusCode>> attack, Func<List<HttpStatusCode>, bool>? until = null)
    {
        var calm = await AskAsync(modest, "calm");
        var answers = new List<HttpStatusCode>();
        using var stop = new CancellationTokenSource();
        var attacking = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested || (until is not null && !until(answers)))
            {
                answers.Add(await attack());
            }
        });
        var pressed = await AskAsync(modest, "pressed");
        await stop.CancelAsync();
        await attacking.WaitAsync(TimeSpan.FromSeconds(60));
        output.WriteLine($"answered in {calm.TotalMilliseconds:0.0} ms calm, {pressed.TotalMilliseconds:0.0} ms beside {answers.Count} attacks (medians of {Asked})");
        return answers;
    }

    /// <summary>The median time from a RECONCILE to its answer on the stream.</summary>
    private static async Task<TimeSpan> AskAsync(TestFramework framework, string name)
    {
        var times = new List<TimeSpan>();
        for (var count = 0; count < Asked; count++)
        {
            var task = $"{name}-{count}";
            var since = Stopwatch.GetTimestamp();
            (await framework.CallAsync($$$$"""{"type":"RECONCILE","reconcile":{"tasks":[{"task_id":{"value":"{{{{task}}}}"}}]}}""")).ShouldBe(HttpStatusCode.Accepted);
            await framework.WaitForStatusAsync(task, "TASK_UNKNOWN");
            times.Add(Stopwatch.GetElapsedTime(since));
        }

        times.Sort();
        return times[Asked / 2];
    }

    private Task<MasterProcess> StartAsync(params string[] flags) => MasterProcess.StartAsync([
        "--credentials", Write("credentials.json", """
            {"credentials":[{"principal":"greedy","secret":"g"},{"principal":"modest","secret":"m"},{"principal":"agent","secret":"a"}]}
            """),
        "--acls", Write("acls.json", """
            {"register_frameworks":[{"principals":{"values":["greedy","modest"]},"roles":{"type":"ANY"}}],
             "register_agents":[{"principals":{"values":["agent"]},"agents":{"type":"ANY"}}]}
            """),
        .. flags]);

    private string Write(string name, string text)
    {
        var path = Path.Combine(directory, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
