using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Tests.Master.Contract;

/// <summary>How calls and answers travel.</summary>
public sealed class TransportRuleTests(TransportTests.OneMaster fixture) : IClassFixture<TransportTests.OneMaster>
{
    private const string Scheduler = "/api/v1/scheduler";
    private static readonly string Subscribe = SubscriptionTests.Subscribe().ToJsonString();

    [Theory]
    [InlineData("/api/v1/scheduler")]
    [InlineData("/api/v1")]
    public async Task Every_path_is_served_with_a_process_id_before_it_too(string path)
    {
        using var plain = await SendAsync(HttpMethod.Post, path, "{}", "application/json");
        using var prefixed = await SendAsync(HttpMethod.Post, "/master" + path, "{}", "application/json");

        prefixed.StatusCode.ShouldBe(plain.StatusCode);
        (await prefixed.Content.ReadAsStringAsync()).ShouldBe(await plain.Content.ReadAsStringAsync());
        prefixed.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.BadRequest)]
    [InlineData("text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json", HttpStatusCode.OK)]
    [InlineData("application/json; charset=utf-8", HttpStatusCode.OK)]
    public async Task The_content_type_is_one_of_two_and_must_be_there(string? contentType, HttpStatusCode status)
    {
        using var answer = await SendAsync(HttpMethod.Post, Scheduler, Subscribe, contentType);

        answer.StatusCode.ShouldBe(status);
    }

    [Theory]
    [InlineData("text/html", HttpStatusCode.NotAcceptable, null)]
    [InlineData("application/x-protobuf, application/json", HttpStatusCode.OK, "application/json")]
    [InlineData("application/x-protobuf", HttpStatusCode.OK, "application/x-protobuf")]
    [InlineData("*/*", HttpStatusCode.OK, "application/json")]
    public async Task A_subscription_is_answered_in_a_form_that_the_caller_accepts_and_in_JSON_where_both_are(string accept, HttpStatusCode status, string? contentType)
    {
        using var answer = await SendAsync(HttpMethod.Post, Scheduler, Subscribe, "application/json", accept);

        answer.StatusCode.ShouldBe(status);
        if (contentType is not null)
            answer.Content.Headers.ContentType?.MediaType.ShouldBe(contentType);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Another_method_than_POST_is_405(string method)
    {
        using var answer = await SendAsync(new HttpMethod(method), Scheduler, null, null);

        answer.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        answer.Content.Headers.Allow.ShouldBe(["POST"]);
    }

    [Fact]
    public async Task Events_are_a_decimal_length_a_line_feed_and_as_many_bytes_with_nothing_after_them()
    {
        using var answer = await SendAsync(HttpMethod.Post, Scheduler, Subscribe, "application/json");
        await using var stream = await answer.Content.ReadAsStreamAsync();

        var types = new List<string?>();
        for (var count = 0; count < 2; count++)
        {
            var length = 0;
            for (var digit = await ByteAsync(stream); digit != '\n'; digit = await ByteAsync(stream))
            {
                digit.ShouldBeInRange((byte)'0', (byte)'9');
                length = (length * 10) + digit - '0';
            }

            var body = new byte[length];
            await stream.ReadExactlyAsync(body, TestContext.Current.CancellationToken);
            types.Add((string?)JsonNode.Parse(body)!["type"]);
        }

        types.ShouldBe(["SUBSCRIBED", "HEARTBEAT"]);
    }

    [Fact]
    public async Task Null_is_the_same_as_absent()
    {
        var call = JsonNode.Parse(Subscribe)!;
        var info = call["subscribe"]!["framework_info"]!.AsObject();
        info["capabilities"] = null;
        info["id"] = null;
        info["roles"] = null;
        info["role"] = "analytics";

        await using var framework = await TestFramework.SubscribeAsync(fixture.Http.BaseAddress!, call);

        framework.Id.ShouldNotBeEmpty();
    }

    private static async Task<byte> ByteAsync(Stream stream)
    {
        var one = new byte[1];
        await stream.ReadExactlyAsync(one, TestContext.Current.CancellationToken);
        return one[0];
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body, string? contentType, string? accept = null)
    {
        var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (contentType is not null)
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        if (accept is not null)
            request.Headers.Accept.ParseAdd(accept);
        return fixture.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }
}
