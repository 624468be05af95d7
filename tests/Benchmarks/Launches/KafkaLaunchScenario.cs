using System.Text.Json.Nodes;

namespace DataPlatform.Benchmarks.Launches;

public sealed class KafkaLaunchScenario : LaunchScenario
{
    public override string Name => "kafka-launch";

    public override string Purpose => "a warm launch of Kafka (one node) against the same tasks started by hand";

    private protected override string Package => "kafka";

    private protected override JsonObject Options => new() { ["heap"] = 256, ["disk"] = 1024 };

    private protected override IReadOnlyList<Serving> Servings => [
        new("node", "metrics", "/metrics", @"(?m)^kafka_server_kafkaserver_brokerstate 3\.0"),
    ];

    private protected override double WantedRatio => 0.8;
}
