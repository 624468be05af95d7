using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Benchmarks.Launches;

public sealed partial class KafkaThroughputScenario : EngineSpeedScenario
{
    private const int Messages = 300_000;
    private const int MessageBytes = 1024;
    private const string Topic = "load";

    public override string Name => "kafka-throughput";

    public override string Purpose => "messages to a Kafka (one node) that the platform launched against the same node started by hand";

    private protected override string Package => "kafka";

    private protected override JsonObject Options => new() { ["heap"] = 512, ["disk"] = 8192 };

    private protected override IReadOnlyList<Serving> Servings => [new("node", "metrics", "/metrics", @"(?m)^kafka_server_kafkaserver_brokerstate 3\.0")];

    private protected override string Work => $"{Messages} messages of {MessageBytes} bytes, confirmed by all copies, idempotent, to four partitions; from the first to the last that is confirmed";

    private protected override async Task<double> WorkAsync(ClusterDetail seen, CancellationToken cancellation)
    {
        var connection = Exported().Matches(seen.Snippets.Single(snippet => snippet.Title == "Environment").Text).ToDictionary(found => found.Groups[1].Value, found => found.Groups[2].Value);
        var settings = new ClientConfig
        {
            BootstrapServers = connection["KAFKA_BOOTSTRAP_SERVERS"], SecurityProtocol = SecurityProtocol.SaslPlaintext, SaslMechanism = SaslMechanism.Plain,
            SaslUsername = connection["KAFKA_SASL_USERNAME"], SaslPassword = connection["KAFKA_SASL_PASSWORD"],
        };
        using (var admin = new AdminClientBuilder(settings).Build())
            await admin.CreateTopicsAsync([new TopicSpecification { Name = Topic, NumPartitions = 4, ReplicationFactor = 1 }]);
        var payload = new byte[MessageBytes];
        new Random(1).NextBytes(payload);
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig(settings) { Acks = Acks.All, EnableIdempotence = true, LingerMs = 5, BatchSize = 128 * 1024, QueueBufferingMaxMessages = 50_000 }).Build();
        // The first message waits for what the client and the broker do once.
        await producer.ProduceAsync(Topic, new Message<Null, byte[]> { Value = payload }, cancellation);

        var (confirmed, failure) = (0, (string?)null);
        var began = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < Messages;)
        {
            try
            {
                producer.Produce(Topic, new Message<Null, byte[]> { Value = payload }, report =>
                {
                    if (report.Error.IsError) failure ??= report.Error.Reason;
                    else Interlocked.Increment(ref confirmed);
                });
                sent++;
            }
            catch (ProduceException<Null, byte[]> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(TimeSpan.FromMilliseconds(10));
            }
        }

        producer.Flush(cancellation);
        var took = Stopwatch.GetElapsedTime(began);
        if (confirmed != Messages)
            throw new InvalidOperationException($"{confirmed} of {Messages} messages were confirmed: {failure}");
        return (double)Messages * MessageBytes / 1_000_000 / took.TotalSeconds;
    }

    [GeneratedRegex(@"(?m)^export (\w+)=(\S+)$")]
    private static partial Regex Exported();
}
