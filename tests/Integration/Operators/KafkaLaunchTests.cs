using Confluent.Kafka;
using Confluent.Kafka.Admin;
using DataPlatform.Core.Client.ControlPlane;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

public sealed class KafkaLaunchTests(ITestOutputHelper output)
{
    private const string Small = """{"dedicated":true,"brokers":3,"heap":256,"controller_heap":128,"disk":1024,"replicas":3}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

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
    public async Task Clients_speak_to_it_encrypted()
    {
        await using var launched = await DeclaredLaunch.StartAsync("kafka", output);
        await launched.ReadyAsync("""{"heap":256,"disk":1024,"tls":true}""");
        Exported(launched, "KAFKA_SECURITY_PROTOCOL").ShouldBe("SASL_SSL");
        await SendAsync(Settings(launched), "greetings", "hello");
        Receive(Settings(launched), "greetings", 1).ShouldBe(["hello"]);
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

        var leader = (await launched.UntilFactsAsync(facts => facts.Count(fact => fact is { Name: "leads", Value: "1" }) == 1)).Single(fact => fact is { Name: "leads", Value: "1" }).Pod;
        var ended = await launched.UpdatedAsync("""{"version":"4.3.1"}""");
        ended.Take(3).Order(StringComparer.Ordinal).ShouldBe(["controller-0", "controller-1", "controller-2"]);
        ended[2].ShouldBe(leader);
        ended.Skip(3).ShouldBe(["broker-0", "broker-1", "broker-2"]);

        await launched.UpdatedAsync("""{"brokers":4}""");
        (await launched.UntilFactsAsync(facts => Partitions(facts, "broker-3") is > 0)).Where(fact => fact.Name == "short").ShouldAllBe(fact => fact.IsHealthy == true);
        (await launched.UpdatedAsync("""{"brokers":3}""")).ShouldBe(["broker-3"]);
        await launched.UntilFactsAsync(facts => facts.Where(fact => fact.Name == "short").All(fact => fact.Value == "0") && facts.Where(fact => fact.Name == "partitions").Sum(fact => Partitions(facts, fact.Pod)) >= 18);

        var (count, gap) = await traffic.CheckAsync();
        output.WriteLine($"{count} messages, none lost; at most {gap.TotalSeconds:0.0} s without one");
        await launched.GoneAsync();
    }

    [Fact]
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

    private static string Exported(DeclaredLaunch launched, string variable) =>
        launched.Connection.Environment.TryGetValue(variable, out var value) ? value : launched.Connection.Keys.Variables[variable];

    /// <summary>From what a connected cluster is told.</summary>
    private static ClientConfig Settings(DeclaredLaunch launched)
    {
        var settings = new ClientConfig
        {
            BootstrapServers = Exported(launched, "KAFKA_BOOTSTRAP_SERVERS"), SecurityProtocol = Exported(launched, "KAFKA_SECURITY_PROTOCOL") == "SASL_SSL" ? SecurityProtocol.SaslSsl : SecurityProtocol.SaslPlaintext,
            SaslMechanism = SaslMechanism.Plain, SaslUsername = Exported(launched, "KAFKA_SASL_USERNAME"), SaslPassword = Exported(launched, "KAFKA_SASL_PASSWORD"), ReconnectBackoffMaxMs = 500, LogConnectionClose = false,
        };
        if (settings.SecurityProtocol == SecurityProtocol.SaslSsl)
        {
            settings.SslCaPem = launched.Connection.Keys.Files.Single(file => file.Path == launched.Connection.Keys.Paths["KAFKA_AUTHORITY"]).Content;
            settings.SslEndpointIdentificationAlgorithm = SslEndpointIdentificationAlgorithm.None;
        }
        return settings;
    }

    private static async Task SendAsync(ClientConfig settings, string topic, string text, int? partition = null)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig(settings) { Acks = Acks.All, MessageTimeoutMs = (int)Patience.TotalMilliseconds }).SetLogHandler((_, _) => { }).Build();
        (await producer.ProduceAsync(new TopicPartition(topic, partition ?? Partition.Any), new Message<Null, string> { Value = text })).Status.ShouldBe(PersistenceStatus.Persisted);
    }

    private static IReadOnlyList<string> Receive(ClientConfig settings, string topic, int count, string? group = null)
    {
        using var consumer = new ConsumerBuilder<Null, string>(new ConsumerConfig(settings) { GroupId = group ?? Guid.NewGuid().ToString("n"), AutoOffsetReset = AutoOffsetReset.Earliest }).SetLogHandler((_, _) => { }).Build();
        consumer.Subscribe(topic);
        var (read, since) = (new List<string>(), System.Diagnostics.Stopwatch.StartNew());
        while (read.Count < count && since.Elapsed < Patience)
        {
            if (consumer.Consume(TimeSpan.FromSeconds(1)) is { } result)
                read.Add(result.Message.Value);
        }
        consumer.Close();
        return [.. read.Order(StringComparer.Ordinal).OrderBy(text => text == "hello" ? 0 : 1)];
    }
}
