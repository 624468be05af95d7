using Confluent.Kafka;
using DataPlatform.Core.Client.ControlPlane;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

/// <summary>Who writes to a launched Kafka and reads from it.</summary>
internal static class KafkaClient
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>From what a connected cluster is told.</summary>
    public static ClientConfig Settings(DeclaredLaunch launched) => Settings(launched, launched.Connection.Environment);

    /// <summary>From what an operation hands out.</summary>
    public static ClientConfig HandedOut(DeclaredLaunch launched, OperationView operation) => Settings(launched, launched.HandedOut(operation));

    private static ClientConfig Settings(DeclaredLaunch launched, IReadOnlyDictionary<string, string> told)
    {
        var settings = new ClientConfig
        {
            BootstrapServers = told["KAFKA_BOOTSTRAP_SERVERS"], SecurityProtocol = told["KAFKA_SECURITY_PROTOCOL"] == "SASL_SSL" ? SecurityProtocol.SaslSsl : SecurityProtocol.SaslPlaintext,
            SaslMechanism = told["KAFKA_SASL_MECHANISM"] == "PLAIN" ? SaslMechanism.Plain : SaslMechanism.ScramSha512,
            SaslUsername = told["KAFKA_SASL_USERNAME"], SaslPassword = told["KAFKA_SASL_PASSWORD"], ReconnectBackoffMaxMs = 500, LogConnectionClose = false,
        };
        if (settings.SecurityProtocol == SecurityProtocol.SaslSsl)
        {
            settings.SslCaPem = launched.Connection.Keys.Files.Single(file => file.Path == launched.Connection.Keys.Paths["KAFKA_AUTHORITY"]).Content;
            settings.SslEndpointIdentificationAlgorithm = SslEndpointIdentificationAlgorithm.None;
        }
        return settings;
    }

    public static async Task SendAsync(ClientConfig settings, string topic, string text, int? partition = null)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig(settings) { Acks = Acks.All, MessageTimeoutMs = (int)Patience.TotalMilliseconds }).SetLogHandler((_, _) => { }).Build();
        (await producer.ProduceAsync(new TopicPartition(topic, partition ?? Partition.Any), new Message<Null, string> { Value = text })).Status.ShouldBe(PersistenceStatus.Persisted);
    }

    public static IReadOnlyList<string> Receive(ClientConfig settings, string topic, int count, string? group = null)
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
