using System.Text.Json.Nodes;

namespace DataPlatform.Benchmarks.Launches;

public sealed class ZooKeeperLaunchScenario : LaunchScenario
{
    public override string Name => "zookeeper-3-launch";

    public override string Purpose => "a warm launch of ZooKeeper (three servers) against the same tasks started by hand";

    private protected override string Package => "zookeeper";

    private protected override JsonObject Options => new() { ["servers"] = 3 };

    private protected override IReadOnlyList<Serving> Servings => [
        new("server", "client", Mark: "serves"),
    ];

    private protected override double WantedRatio => 0.8;

    private protected override int Agents => 3;
}
