using System.Text.Json.Nodes;

namespace DataPlatform.Benchmarks.Launches;

public sealed class JupyterLaunchScenario : LaunchScenario
{
    public override string Name => "jupyter-launch";

    public override string Purpose => "a warm launch of Jupyter against the same tasks started by hand";

    private protected override string Package => "jupyter";

    private protected override JsonObject Options => new() { ["memory"] = 1024 };

    private protected override IReadOnlyList<Serving> Servings => [
        new("lab", "http", "/ui/bench/lab/api", "version"),
    ];

    private protected override double WantedRatio => 0.8;
}
