using System.Net;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Tests.Master.Contract;

/// <summary>How a framework's life begins, goes on elsewhere and ends.</summary>
public sealed class SubscribingRuleTests(TransportTests.OneMaster fixture) : IClassFixture<TransportTests.OneMaster>
{
    private const string Revive = """{"type":"REVIVE"}""";

    private Uri Master => fixture.Http.BaseAddress!;

    [Fact]
    public async Task A_subscription_must_not_carry_a_stream_id()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/scheduler")
        {
            Content = new StringContent(SubscriptionTests.Subscribe().ToJsonString(), System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Mesos-Stream-Id", Guid.NewGuid().ToString());

        using var answer = await fixture.Http.SendAsync(request, TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Each_subscription_gets_a_stream_id_of_its_own_and_begins_with_SUBSCRIBED()
    {
        await using var one = await TestFramework.SubscribeAsync(Master);
        await using var other = await TestFramework.SubscribeAsync(Master);

        one.Stream.StreamId.ShouldNotBe(other.Stream.StreamId);
        one.Stream.StreamId!.Length.ShouldBeInRange(1, 128);
        var first = one.Stream.Events[0];
        ((string?)first["type"]).ShouldBe("SUBSCRIBED");
        first["subscribed"]!["heartbeat_interval_seconds"]!.GetValue<double>().ShouldBe(15);
        first["subscribed"]!["master_info"]!["id"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Ids_begin_with_that_of_the_master_and_count_frameworks_in_four_digits()
    {
        await using var framework = await TestFramework.SubscribeAsync(Master);

        var master = (string?)framework.Stream.Events[0]["subscribed"]!["master_info"]!["id"];
        framework.Id.ShouldMatch($"^{master}-[0-9]{{4}}$");
    }

    [Fact]
    public async Task A_call_of_an_unknown_framework_is_400()
    {
        using var answer = await PostAsync("""{"type":"REVIVE","framework_id":{"value":"nobody"} }""", "x");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("Framework cannot be found");
    }

    [Fact]
    public async Task A_call_of_a_framework_that_is_not_subscribed_is_403()
    {
        var framework = await TestFramework.SubscribeAsync(Master);
        await framework.Stream.DisposeAsync();

        await Eventually.ShouldBeAsync(async () => await framework.CallAsync(JsonNode.Parse(Revive)!, "gone"), HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("")]
    [InlineData("another")]
    public async Task A_call_without_the_stream_s_own_id_is_400(string streamId)
    {
        await using var framework = await TestFramework.SubscribeAsync(Master);

        (await framework.CallAsync(JsonNode.Parse(Revive)!, streamId)).ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Any_other_call_is_202_without_a_body()
    {
        await using var framework = await TestFramework.SubscribeAsync(Master);

        using var answer = await PostAsync($$"""{"type":"REVIVE","framework_id":{"value":"{{framework.Id}}"} }""", framework.Stream.StreamId!);

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("name", "\"another\"", HttpStatusCode.OK)]
    [InlineData("user", "\"another\"", HttpStatusCode.BadRequest)]
    [InlineData("checkpoint", "false", HttpStatusCode.BadRequest)]
    public async Task An_update_is_answered_at_once_and_changes_neither_user_nor_checkpoint(string field, string value, HttpStatusCode status)
    {
        await using var framework = await TestFramework.SubscribeAsync(Master);
        var info = SubscriptionTests.Subscribe(framework.Id)["subscribe"]!["framework_info"]!.DeepClone();
        info[field] = JsonNode.Parse(value);

        (await framework.CallAsync(new JsonObject { ["type"] = "UPDATE_FRAMEWORK", ["update_framework"] = new JsonObject { ["framework_info"] = info } })).ShouldBe(status);
    }

    [Fact]
    public async Task User_and_checkpoint_stay_as_they_were_when_a_framework_subscribes_again()
    {
        await using var framework = await TestFramework.SubscribeAsync(Master);
        var again = SubscriptionTests.Subscribe(framework.Id);
        again["subscribe"]!["framework_info"]!["user"] = "another";
        again["subscribe"]!["framework_info"]!["checkpoint"] = false;

        await using var back = await TestFramework.SubscribeAsync(Master, again);

        var info = (await FrameworksAsync("frameworks")).Single(each => (string?)each!["framework_info"]!["id"]!["value"] == framework.Id)!["framework_info"]!;
        ((string?)info["user"], (bool?)info["checkpoint"]).ShouldBe(("root", true));
    }

    [Fact]
    public async Task One_subscription_counts_and_the_newer_takes_over()
    {
        await using var first = await TestFramework.SubscribeAsync(Master);

        await using var second = await TestFramework.SubscribeAsync(Master, SubscriptionTests.Subscribe(first.Id));

        await first.Stream.WaitForEndAsync();
        ((string?)first.Stream.Events[^1]["type"]).ShouldBe("ERROR");
        (await second.CallAsync(Revive)).ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Without_a_failover_timeout_a_framework_ends_with_its_connection()
    {
        var call = SubscriptionTests.Subscribe();
        call["subscribe"]!["framework_info"]!.AsObject().Remove("failover_timeout");
        string id;
        await using (var framework = await TestFramework.SubscribeAsync(Master, call))
            id = framework.Id;

        await Eventually.ShouldBeAsync(
            async () => (await FrameworksAsync("completed_frameworks")).Any(each => (string?)each!["framework_info"]!["id"]!["value"] == id), true);
    }

    [Fact]
    public async Task A_framework_that_was_torn_down_is_told_so_when_it_comes_back()
    {
        await using var framework = await TestFramework.SubscribeAsync(Master);
        (await framework.CallAsync("""{"type":"TEARDOWN"}""")).ShouldBe(HttpStatusCode.Accepted);

        await using var back = await OpenStream.PostAsync(fixture.Http, "/api/v1/scheduler", SubscriptionTests.Subscribe(framework.Id));

        await back.WaitForEndAsync();
        back.Events.ShouldHaveSingleItem();
        ((string?)back.Events[0]["type"]).ShouldBe("ERROR");
        // Frameworks look for these words.
        ((string)back.Events[0]["error"]!["message"]!).ShouldStartWith("Framework has been removed");
    }

    [Fact]
    public async Task An_id_of_which_this_master_never_heard_is_taken_over_from_the_one_before()
    {
        var id = $"{Guid.NewGuid()}-0007";

        await using var framework = await TestFramework.SubscribeAsync(Master, SubscriptionTests.Subscribe(id));

        framework.Id.ShouldBe(id);
    }

    private async Task<JsonArray> FrameworksAsync(string kind)
    {
        using var answer = await fixture.Http.PostAsync("/api/v1", new StringContent("""{"type":"GET_FRAMEWORKS"}""", System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["get_frameworks"]![kind]?.AsArray() ?? [];
    }

    private async Task<HttpResponseMessage> PostAsync(string body, string streamId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/scheduler") { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add("Mesos-Stream-Id", streamId);
        return await fixture.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
