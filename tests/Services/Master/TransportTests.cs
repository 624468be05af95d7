using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Tests.Master;

/// <summary>Calls that never reach the pool are refused as a real Mesos refuses them.</summary>
public sealed class TransportTests(TransportTests.OneMaster fixture) : IClassFixture<TransportTests.OneMaster>
{
    [Fact]
    public async Task Answers_each_recorded_call_with_the_recorded_status()
    {
        foreach (var call in Recording.Read("transport.jsonl"))
        {
            using var request = new HttpRequestMessage(new HttpMethod((string)call["method"]!), (string)call["path"]!);
            var headers = call["headers"]!.AsObject();
            foreach (var (name, value) in headers.Where(header => header.Key != "Content-Type"))
                request.Headers.TryAddWithoutValidation(name, (string?)value);
            if (request.Method == HttpMethod.Post)
            {
                var text = (string?)call["raw"] ?? call["body"]?.ToJsonString() ?? "";
                request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
                if ((string?)headers["Content-Type"] is { } type)
                    request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
            }

            using var answer = await fixture.Http.SendAsync(request);

            var name1 = (string?)call["name"];
            ((int)answer.StatusCode).ShouldBe((int)call["status"]!, name1);
            answer.Content.Headers.ContentType?.MediaType.ShouldBe("text/plain", name1);
            (await answer.Content.ReadAsStringAsync()).ShouldNotBeEmpty(name1);
        }

        await fixture.ShouldStillServeAsync();
    }

    [Theory]
    [InlineData("application/json", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    [InlineData("application/json", "{\"type\":\"SUBSCRIBE\",\"subscribe\":{\"framework_info\":{\"user\":7,\"name\":\"x\"}}}")]
    [InlineData("application/json", "{\"type\":\"SUBSCRIBE\",\"subscribe\":{\"framework_info\":{\"name\":\"no user\"}}}")]
    [InlineData("application/json", "{\"type\":\"ACKNOWLEDGE\",\"framework_id\":{\"value\":\"x\"},\"acknowledge\":{\"agent_id\":{\"value\":\"a\"},\"task_id\":{\"value\":\"t\"},\"uuid\":\"not base64!\"}}")]
    [InlineData("application/json", "\"\\ud800\"")]
    [InlineData("application/x-protobuf", "\u0008\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    [InlineData("application/x-protobuf", "\u001a\u00ff\u00ff\u00ff\u00ff\u0007")]
    public async Task Refuses_a_body_that_is_no_call_and_goes_on(string contentType, string body)
    {
        var content = new ByteArrayContent(Encoding.Latin1.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);

        using var answer = await fixture.Http.PostAsync("/api/v1/scheduler", content);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        await fixture.ShouldStillServeAsync();
    }

    [Fact]
    public async Task Refuses_a_body_that_is_too_long_and_goes_on()
    {
        var content = new ByteArrayContent(new byte[17 * 1024 * 1024]);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/scheduler") { Content = content };
        request.Headers.ExpectContinue = true;

        using var answer = await fixture.Http.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        await fixture.ShouldStillServeAsync();
    }

    [Fact]
    public async Task Serves_libmesos_paths_too()
    {
        var call = new StringContent("{\"type\":\"GET_HEALTH\"}", Encoding.UTF8, "application/json");

        using var answer = await fixture.Http.PostAsync("/master/api/v1", call);

        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["get_health"]!["healthy"]!.GetValue<bool>().ShouldBeTrue();
    }

    public sealed class OneMaster : IAsyncLifetime
    {
        private MasterProcess master = null!;

        public HttpClient Http { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            master = await MasterProcess.StartAsync();
            Http = new HttpClient { BaseAddress = master.Endpoint, Timeout = TimeSpan.FromSeconds(20) };
        }

        public async Task ShouldStillServeAsync()
        {
            using var answer = await Http.GetAsync("/health");
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            await master.DisposeAsync();
        }
    }
}
