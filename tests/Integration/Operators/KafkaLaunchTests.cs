using Confluent.Kafka;
using Confluent.Kafka.Admin;
using DataPlatform.Core.Client.ControlPlane;
using Shouldly;
using static DataPlatform.Integration.Tests.Operators.KafkaClient;

namespace DataPlatform.Integration.Tests.Operators;

public sealed class KafkaLaunchTests(ITestOutputHelper output)
{
    private const string Small = """{"dedicated":true,"brokers":3,"heap":256,"controller_heap":128,"disk":1024,"replicas":3}""";

    [Fact]
    public async Task One_node_takes_messages_of_who_knows_its_password_keeps_them_and_leaves_nothing()
    {
        await using var launched = await DeclaredLaunch.StartAsync("kafka", output);
        await launched.ReadyAsync("""{"heap":256,"disk":1024,"topics":"clicks=2"}""");
        (await launched.UntilActivityAsync(seen => seen.State == ActivityState.Idle)).Of.ShouldBe("its launch");
        await launched.UntilChartedAsync();

        await SendAsync(Settings(launched), "greetings", "hello");
        Receive(Settings(launched), "greetings", 1).ShouldBe(["hello"]);
        using (var stranger = new AdminClientBuilder(new ClientConfig(Settings(launched)) { SaslPassword = "guessed" }).SetLogHandler((_, _) => { }).Build())
            Should.Throw<KafkaException>(() => stranger.GetMetadata(TimeSpan.FromSeconds(5)));
        launched.ArgumentsOfTasks().ShouldContain("kafka.Kafka");
        launched.ArgumentsOfTasks().ShouldNotContain(launched.Connection.Keys.Variables["KAFKA_SASL_PASSWORD"]);

        using (var client = new AdminClientBuilder(Settings(launched)).SetLogHandler((_, _) => { }).Build())
        {
            client.GetMetadata(Patience).Brokers.Count.ShouldBe(1);
            (await launched.UntilActivityAsync(seen => seen.State == ActivityState.Busy)).Of.ShouldNotBeNull().ShouldContain("client");
        }

        await Topics_are_created_altered_and_deleted_by_operations_and_stand_in_a_table(launched);
        await launched.ParkedAndResumedAsync();
        Receive(Settings(launched), "greetings", 1).ShouldBe(["hello"]);
        await launched.RotatedAsync();
        await SendAsync(Settings(launched), "greetings", "again");
        Receive(Settings(launched), "greetings", 2).ShouldBe(["hello", "again"]);
        (await launched.UntilActivityAsync(seen => seen.State == ActivityState.Idle)).Of.ShouldNotBeNull();
        await launched.GoneAsync();
    }

    private static async Task Topics_are_created_altered_and_deleted_by_operations_and_stand_in_a_table(DeclaredLaunch launched)
    {
        (await launched.GivenAsync("create-topic", """{"name":"events","partitions":6,"retention_hours":24}""")).State.ShouldBe(StepState.Complete);
        (await launched.UntilTableAsync("topics", rows => rows.Any(row => row["topic"]!.ToString() == "events"))).Select(row => row.ToJsonString())
            .ShouldBe(["""{"topic":"clicks","partitions":2,"replicas":1,"short":0}""", """{"topic":"events","partitions":6,"replicas":1,"short":0}""", """{"topic":"greetings","partitions":3,"replicas":1,"short":0}"""]);

        launched.Wrong("create-topic", """{"name":"all events"}""").ShouldHaveSingleItem().Field.ShouldBe("inputs.name");
        launched.Wrong("delete-topic", """{"name":"events","again":"event"}""").ShouldHaveSingleItem().ShouldBe(new FieldProblem("inputs.again", "it is not the same as name", "events"));
        var twice = await launched.GivenAsync("create-topic", """{"name":"events"}""");
        (twice.State, twice.Said).ShouldBe((StepState.Failed, "Command exited with status 1: Topic 'events' already exists."));
        (await launched.GivenAsync("create-topic", """{"name":"wide","replicas":3}""")).Said.ShouldNotBeNull().ShouldContain("The target replication factor of 3 cannot be reached because only 1 broker(s) are registered");

        (await launched.GivenAsync("alter-topic", """{"name":"events","partitions":8}""")).State.ShouldBe(StepState.Complete);
        (await launched.GivenAsync("alter-topic", """{"name":"events","partitions":4}""")).Said.ShouldNotBeNull().ShouldContain("The topic events currently has 8 partition(s)");
        using (var client = new AdminClientBuilder(Settings(launched)).SetLogHandler((_, _) => { }).Build())
            (await client.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = "events" }]))[0].Entries["retention.ms"].Value.ShouldBe("86400000");

        await SendAsync(Settings(launched), "events", "read", partition: 7);
        Receive(Settings(launched), "events", 1, "readers").ShouldBe(["read"]);
        await SendAsync(Settings(launched), "events", "unread", partition: 7);
        (await launched.UntilTableAsync("groups", rows => rows.Any(row => row["group"]!.ToString() == "readers" && row["lag"]?.ToString() == "1"))).Single(row => row["group"]!.ToString() == "readers").ToJsonString()
            .ShouldBe("""{"group":"readers","topic":"events","state":"Empty","lag":1}""");
        (await launched.GivenAsync("delete-topic", """{"name":"events","again":"events"}""")).State.ShouldBe(StepState.Complete);
        await launched.UntilTableAsync("topics", rows => rows.All(row => row["topic"]!.ToString() != "events"));
    }

    [Fact]
    [Trait("Length", "Minutes")]
    public async Task Clients_speak_to_it_encrypted()
    {
        await using var launched = await DeclaredLaunch.StartAsync("kafka", output);
        await launched.ReadyAsync("""{"heap":256,"disk":1024,"tls":true}""");
        launched.Exported("KAFKA_SECURITY_PROTOCOL").ShouldBe("SASL_SSL");
        await SendAsync(Settings(launched), "greetings", "hello");
        Receive(Settings(launched), "greetings", 1).ShouldBe(["hello"]);
        var reader = await launched.GivenAsync("create-user", """{"name":"reader","read":"greetings","groups":"*"}""");
        Receive(HandedOut(launched, reader), "greetings", 1).ShouldBe(["hello"]);
        await launched.UpdatedAsync("""{"tls":false}""");
        HandedOut(launched, reader).SecurityProtocol.ShouldBe(SecurityProtocol.SaslPlaintext);
        Receive(HandedOut(launched, reader), "greetings", 1).ShouldBe(["hello"]);
        await launched.GoneAsync();
    }

    /// <summary>While somebody writes all the time.</summary>
    [Fact]
    [Trait("Length", "Minutes")]
    public async Task Is_upgraded_broker_by_broker_grows_and_shrinks_and_loses_nothing()
    {
        await using var launched = await DeclaredLaunch.StartAsync("kafka", output, agents: 4);
        await launched.ReadyAsync(Small.Replace("{", """{"version":"4.2.1",""", StringComparison.Ordinal));
        await using var traffic = await KafkaTraffic.StartAsync(() => Settings(launched), partitions: 6, copies: 3);

        var reader = await launched.GivenAsync("create-user", """{"name":"reader","read":"even*","groups":"reader"}""");

        var leader = (await launched.UntilFactsAsync(facts => facts.Count(fact => fact is { Name: "leads", Value: "1" }) == 1)).Single(fact => fact is { Name: "leads", Value: "1" }).Pod;
        var ended = await launched.UpdatedAsync("""{"version":"4.3.1"}""");
        ended.Take(3).Order(StringComparer.Ordinal).ShouldBe(["controller-0", "controller-1", "controller-2"]);
        ended[2].ShouldBe(leader);
        ended.Skip(3).ShouldBe(["broker-0", "broker-1", "broker-2"]);

        await launched.UpdatedAsync("""{"brokers":4}""");
        (await launched.UntilFactsAsync(facts => Partitions(facts, "broker-3") is > 0)).Where(fact => fact.Name == "short").ShouldAllBe(fact => fact.IsHealthy == true);
        (await launched.UpdatedAsync("""{"brokers":3}""")).ShouldBe(["broker-3"]);
        await launched.UntilFactsAsync(facts => facts.Where(fact => fact.Name == "short").All(fact => fact.Value == "0") && facts.Where(fact => fact.Name == "partitions").Sum(fact => Partitions(facts, fact.Pod)) >= 18);

        Receive(HandedOut(launched, reader), "events", 1, "reader").ShouldNotBeEmpty("it was made before the upgrade");
        Should.Throw<ConsumeException>(() => Receive(HandedOut(launched, reader), "events", 1, "other")).Error.Code.ShouldBe(ErrorCode.GroupAuthorizationFailed);

        var (count, gap) = await traffic.CheckAsync();
        output.WriteLine($"{count} messages, none lost; at most {gap.TotalSeconds:0.0} s without one");
        await launched.GoneAsync();
    }

    [Fact]
    [Trait("Length", "Minutes")]
    public async Task A_broker_whose_copies_would_have_no_place_is_not_removed()
    {
        await using var launched = await DeclaredLaunch.StartAsync("kafka", output, agents: 3);
        await launched.ReadyAsync(Small.Replace("\"replicas\":3", "\"replicas\":2", StringComparison.Ordinal).Replace("\"controller_heap\"", "\"topics\":\"events=6\",\"controllers\":1,\"controller_heap\"", StringComparison.Ordinal));
        await launched.UntilTableAsync("topics", rows => rows.Any(row => row.ToJsonString() == """{"topic":"events","partitions":6,"replicas":2,"short":0}"""));
        using (var admin = new AdminClientBuilder(Settings(launched)).SetLogHandler((_, _) => { }).Build())
            await admin.CreateTopicsAsync([new TopicSpecification { Name = "wide", NumPartitions = 1, ReplicationFactor = 3 }]);
        launched.Update("""{"brokers":2}""");
        var seen = await launched.UntilAsync(seen => seen.State == ClusterState.Failed, TimeSpan.FromMinutes(2));
        seen.Reason.ShouldNotBeNull().ShouldContain("topic wide has 3 copies, and 2 brokers would stay");
        seen.Tasks.ShouldContain(task => task.Name == "broker-2" && task.Ready);
        await launched.UpdatedAsync("""{"brokers":3}""");
        await launched.GoneAsync();
    }

    private static int? Partitions(IReadOnlyList<FactView> facts, string pod) =>
        facts.FirstOrDefault(fact => fact.Pod == pod && fact.Name == "partitions")?.Value is { } value ? int.Parse(value, System.Globalization.CultureInfo.InvariantCulture) : null;
}
