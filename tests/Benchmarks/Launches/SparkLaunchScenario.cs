using System.Text.Json.Nodes;

namespace DataPlatform.Benchmarks.Launches;

public sealed class SparkLaunchScenario : LaunchScenario
{
    public override string Name => "spark-launch";

    public override string Purpose => "a warm launch of Spark (one master, two workers, Connect) against the same tasks started by hand";

    private protected override string Package => "spark";

    private protected override JsonObject Options => new() { ["workers"] = 2, ["worker_memory"] = 512, ["driver_memory"] = 768 };

    private protected override IReadOnlyList<Serving> Servings => [
        new("master", "page", "/json/status", @"""status""\s*:\s*""ALIVE"""),
        new("worker", "page", "/json/", @"""masterurl""\s*:\s*""[^""]"),
        new("connect", "grpc"),
    ];

    private protected override double WantedRatio => 0.65;

    private protected override double? WantedSeconds => 7;
}
