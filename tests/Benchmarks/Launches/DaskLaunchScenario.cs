using System.Text.Json.Nodes;

namespace DataPlatform.Benchmarks.Launches;

public sealed class DaskLaunchScenario : LaunchScenario
{
    public override string Name => "dask-launch";

    public override string Purpose => "a warm launch of Dask (a scheduler and two workers) against the same tasks started by hand";

    private protected override string Package => "dask";

    private protected override JsonObject Options => new() { ["workers"] = 2, ["memory"] = 512 };

    private protected override IReadOnlyList<Serving> Servings => [
        new("scheduler", "dashboard", $"/ui/bench/dashboard/health", "^ok"),
        new("worker", "dashboard", "/ui/bench/dashboard/info/main/workers.html", "tls://{host}:{comm}", Of: "scheduler"),
    ];

    private protected override double WantedRatio => 0.8;
}
