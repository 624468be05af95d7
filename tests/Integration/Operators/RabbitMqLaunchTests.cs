using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

public sealed class RabbitMqLaunchTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Launches_a_RabbitMQ_that_takes_messages_from_who_knows_its_password_and_nobody_else()
    {
        await using var launched = await DeclaredLaunch.StartAsync("rabbitmq", output);
        var (_, connection) = await launched.ReadyAsync();
        var address = new Uri(connection.Environment["AMQP_URL"]);
        using var client = new HttpClient { BaseAddress = new Uri(connection.Environment["RABBITMQ_MANAGEMENT_URL"]) };

        (await client.GetAsync("api/overview")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        SignIn(client, "guest:guest");
        (await client.GetAsync("api/overview")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        SignIn(client, address.UserInfo);
        (await client.PutAsync("api/queues/%2F/greetings", Json("{}"))).StatusCode.ShouldBe(HttpStatusCode.Created);
        await AskAsync(client, "api/exchanges/%2F/amq.default/publish", """{"properties":{},"routing_key":"greetings","payload":"hello","payload_encoding":"string"}""");
        (await AskAsync(client, "api/queues/%2F/greetings/get", """{"count":1,"ackmode":"ack_requeue_false","encoding":"auto"}"""))[0]!["payload"]!.GetValue<string>().ShouldBe("hello");
        launched.ArgumentsOfTasks().ShouldContain("rabbit");
        launched.ArgumentsOfTasks().ShouldNotContain(address.UserInfo.Split(':')[1]);

        (await launched.UntilActivityAsync(seen => seen is { State: ActivityState.Idle, Of: not "its launch" })).Of.ShouldBeOneOf("connections made", "messages");
        await launched.UntilChartedAsync();
        await launched.GoneAsync();
    }

    [Fact]
    public async Task What_lies_in_durable_queues_stays_when_it_is_parked_or_given_another_password()
    {
        await using var launched = await DeclaredLaunch.StartAsync("rabbitmq", output);
        var (_, connection) = await launched.ReadyAsync();
        using (var client = Client(connection))
        {
            (await client.PutAsync("api/queues/%2F/orders", Json("""{"durable":true}"""))).StatusCode.ShouldBe(HttpStatusCode.Created);
            await AskAsync(client, "api/exchanges/%2F/amq.default/publish", """{"properties":{"delivery_mode":2},"routing_key":"orders","payload":"one","payload_encoding":"string"}""");
        }

        await launched.ParkedAndResumedAsync();
        var rotated = await launched.RotatedAsync();
        using (var client = Client(rotated))
        {
            (await AskAsync(client, "api/queues/%2F/orders/get", """{"count":1,"ackmode":"ack_requeue_false","encoding":"auto"}"""))[0]!["payload"]!.GetValue<string>().ShouldBe("one");
            SignIn(client, new Uri(connection.Environment["AMQP_URL"]).UserInfo);
            (await client.GetAsync("api/overview")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized, "the password was replaced");
        }

        await launched.GoneAsync();
    }

    private static HttpClient Client(DataPlatform.Operators.Sdk.Clusters.ClusterConnection connection)
    {
        var client = new HttpClient { BaseAddress = new Uri(connection.Environment["RABBITMQ_MANAGEMENT_URL"]) };
        SignIn(client, new Uri(connection.Environment["AMQP_URL"]).UserInfo);
        return client;
    }

    private static void SignIn(HttpClient client, string user) =>
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(user)));

    private static async Task<JsonNode> AskAsync(HttpClient client, string path, string json)
    {
        using var answer = await client.PostAsync(path, Json(json));
        var body = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(body);
        return JsonNode.Parse(body)!;
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");
}
