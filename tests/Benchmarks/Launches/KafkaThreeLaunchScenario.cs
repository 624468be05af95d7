using System.Text.Json.Nodes;

namespace DataPlatform.Benchmarks.Launches;

public sealed class KafkaThreeLaunchScenario : LaunchScenario
{
    public override string Name => "kafka-3-launch";

    public override string Purpose => "a warm launch of Kafka (three controllers, three brokers) against the same tasks started by hand";

    private protected override string Package => "kafka";

    private protected override JsonObject Options => new() { ["dedicated"] = true, ["brokers"] = 3, ["heap"] = 256, ["controller_heap"] = 128, ["disk"] = 1024 };

    private protected override IReadOnlyList<Serving> Servings => [
        new("controller", "metrics", "/metrics", "(?m)^kafka_server_raft_current_leader [0-9]"),
        new("broker", "metrics", "/metrics", @"(?m)^kafka_server_kafkaserver_brokerstate 3\.0"),
    ];

    private protected override double WantedRatio => 0.8;

    private protected override double? WantedSeconds => 10;

    private protected override int Agents => 3;
}
