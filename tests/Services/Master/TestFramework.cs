using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Tests.Master;

/// <summary>A scheduler that says what the test tells it to, in JSON.</summary>
public sealed class TestFramework : IAsyncDisposable
{
    private readonly HttpClient http;

    private TestFramework(HttpClient http, OpenStream stream, string id)
    {
        this.http = http;
        Stream = stream;
        Id = id;
    }

    public OpenStream Stream { get; }

    public string Id { get; }

    /// <summary>Where in the stream to look for the next offer.</summary>
    public int LastOfferUsed { get; set; }

    public static async Task<TestFramework> SubscribeAsync(Uri master, JsonNode? call = null, string? login = null)
    {
        var http = new HttpClient { BaseAddress = master };
        if (login is not null)
            http.DefaultRequestHeaders.Authorization = Basic(login);
        var stream = await OpenStream.PostAsync(http, "/api/v1/scheduler", call ?? SubscriptionTests.Subscribe());
        var (subscribed, _) = await stream.WaitForTypeAsync("SUBSCRIBED");
        return new TestFramework(http, stream, subscribed["subscribed"]!["framework_id"]!["value"]!.GetValue<string>());
    }

    /// <param name="login">Principal and secret with a colon between.</param>
    public static AuthenticationHeaderValue Basic(string login) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));

    /// <param name="call">Without framework_id.</param>
    /// <param name="streamId">This framework's own when not given; empty for none.</param>
    public async Task<HttpStatusCode> CallAsync(JsonNode call, string? streamId = null)
    {
        var copy = call.DeepClone();
        copy["framework_id"] = new JsonObject { ["value"] = Id };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/scheduler")
        {
            Content = new StringContent(copy.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        if (streamId != "")
            request.Headers.Add("Mesos-Stream-Id", streamId ?? Stream.StreamId);
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    public Task<HttpStatusCode> CallAsync(string call) => CallAsync(JsonNode.Parse(call)!);

    /// <summary>The first offer at or after that place.</summary>
    public async Task<(JsonNode Offer, int Place)> WaitForOfferAsync(int from = 0)
    {
        var (happened, place) = await Stream.WaitForTypeAsync("OFFERS", from);
        return (happened["offers"]!["offers"]![0]!, place);
    }

    public Task<HttpStatusCode> LaunchAsync(JsonNode offer, params string[] taskIds)
    {
        var tasks = taskIds.Select(id => $$"""
            {"name":"{{id}}","task_id":{"value":"{{id}}"},"agent_id":{{offer["agent_id"]!.ToJsonString()}},"command":{"value":"sleep 300"},
            "resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":0.1},"allocation_info":{"role":"analytics"} },
            {"name":"mem","type":"SCALAR","scalar":{"value":32},"allocation_info":{"role":"analytics"} }]}
            """);
        return CallAsync($$"""
            {"type":"ACCEPT","accept":{"offer_ids":[{{offer["id"]!.ToJsonString()}}],"filters":{"refuse_seconds":0},
            "operations":[{"type":"LAUNCH","launch":{"task_infos":[{{string.Join(',', tasks)}}]} }]} }
            """);
    }

    /// <summary>The first status of the task in that state at or after that place.</summary>
    public async Task<(JsonNode Status, int Place)> WaitForStatusAsync(string taskId, string state, int from = 0)
    {
        var (happened, place) = await Stream.WaitAsync(candidate => candidate["update"]?["status"] is { } status
            && (string?)status["task_id"]!["value"] == taskId && (string?)status["state"] == state, from);
        return (happened["update"]!["status"]!, place);
    }

    public Task<HttpStatusCode> AcknowledgeAsync(JsonNode status) => CallAsync($$"""
        {"type":"ACKNOWLEDGE","acknowledge":{"agent_id":{{status["agent_id"]!.ToJsonString()}},
        "task_id":{{status["task_id"]!.ToJsonString()}},"uuid":{{status["uuid"]!.ToJsonString()}} } }
        """);

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        http.Dispose();
    }
}
