using System.Text.Json.Nodes;

namespace DataPlatform.Benchmarks.Launches;

public sealed class CassandraThreeLaunchScenario : LaunchScenario
{
    public override string Name => "cassandra-3-launch";

    public override string Purpose => "a warm launch of Cassandra (three nodes, which join one by one) against the same tasks started by hand";

    private protected override string Package => "cassandra";

    private protected override JsonObject Options => new() { ["nodes"] = 3, ["heap"] = 512, ["disk"] = 1024 };

    private protected override IReadOnlyList<Serving> Servings => [
        new("node", "cql", Mark: "prepared"),
    ];

    private protected override double WantedRatio => 1.05;

    private protected override double? WantedSeconds => 90;

    private protected override int Agents => 3;
}
