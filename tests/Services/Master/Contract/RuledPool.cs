using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Tests.Master.Contract;

/// <summary>A real master with one agent that runs what it is told to and one framework that has its first offer.</summary>
internal sealed class RuledPool : IAsyncDisposable
{
    private readonly HttpClient http;

    private RuledPool(MasterProcess master, FakeAgent agent, TestFramework framework)
    {
        (Master, Agent, Framework) = (master, agent, framework);
        http = new HttpClient { BaseAddress = master.Endpoint };
    }

    public MasterProcess Master { get; }

    public FakeAgent Agent { get; }

    public TestFramework Framework { get; }

    public static async Task<RuledPool> StartAsync(JsonNode? subscribe = null, params string[] flags)
    {
        var master = await MasterProcess.StartAsync(flags);
        var agent = new FakeAgent(master.Endpoint) { OnRun = RunAsync };
        await agent.RegisterAsync();
        return new RuledPool(master, agent, await TestFramework.SubscribeAsync(master.Endpoint, subscribe));
    }

    /// <summary>Launches on the next offer at or after that place, and answers where the stream is when all run.</summary>
    public async Task<int> RunAsync(int from, params string[] tasks)
    {
        var (offer, place) = await Framework.WaitForOfferAsync(from);
        (await Framework.LaunchAsync(offer, tasks)).ShouldBe(HttpStatusCode.Accepted);
        foreach (var task in tasks)
        {
            (var status, place) = await Framework.WaitForStatusAsync(task, "TASK_RUNNING");
            await Framework.AcknowledgeAsync(status);
        }

        return place;
    }

    public Task<HttpStatusCode> AcceptAsync(JsonNode offer, string operations, double refuseSeconds = 0) => Framework.CallAsync($$"""
        {"type":"ACCEPT","accept":{"offer_ids":[{{offer["id"]!.ToJsonString()}}],"operations":[{{operations}}],"filters":{"refuse_seconds":{{refuseSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture)}} } } }
        """);

    public Task<HttpStatusCode> DeclineAsync(JsonNode offer, string? filters) => Framework.CallAsync($$"""
        {"type":"DECLINE","decline":{"offer_ids":[{{offer["id"]!.ToJsonString()}}]{{(filters is null ? "" : $",\"filters\":{filters}")}} } }
        """);

    /// <summary>What an operator's call is answered with; null without a body.</summary>
    public async Task<JsonNode?> AskAsync(string call)
    {
        using var answer = await http.PostAsync("/api/v1", new StringContent(call, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue($"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return body.Length == 0 ? null : JsonNode.Parse(body);
    }

    /// <summary>Why the framework is not offered a cpu, and what would change that.</summary>
    public async Task<JsonNode> WhyAsync()
    {
        using var answer = await http.PostAsync("/api/v1/pending", new StringContent($$"""{"framework_id":{"value":"{{Framework.Id}}"},"resources":"cpus:1"}""", Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
    }

    public static double Amount(JsonNode offer, string name) =>
        offer["resources"]!.AsArray().Where(resource => (string?)resource!["name"] == name).Sum(resource => resource!["scalar"]!["value"]!.GetValue<double>());

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await Framework.DisposeAsync();
        await Agent.DisposeAsync();
        await Master.DisposeAsync();
    }

    private static Task<HttpStatusCode> RunAsync(FakeAgent agent, TaskInfo task, FrameworkInfo framework) =>
        agent.UpdateAsync(framework.Id, agent.Status(task.TaskId.Value, TaskState.TaskRunning));
}
