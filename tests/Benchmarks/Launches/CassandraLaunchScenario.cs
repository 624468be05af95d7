using System.Text.Json.Nodes;

namespace DataPlatform.Benchmarks.Launches;

public sealed class CassandraLaunchScenario : LaunchScenario
{
    public override string Name => "cassandra-launch";

    public override string Purpose => "a warm launch of Cassandra (one node) against the same task started by hand";

    private protected override string Package => "cassandra";

    private protected override JsonObject Options => new() { ["heap"] = 512, ["disk"] = 1024 };

    private protected override IReadOnlyList<Serving> Servings => [
        new("node", "cql", Mark: "prepared"),
    ];

    private protected override double WantedRatio => 0.9;

    private protected override double? WantedSeconds => 6;
}
