namespace DataPlatform.Benchmarks;

/// <summary>Something to measure, found by its name. Cleans up what it starts.</summary>
public abstract class Scenario
{
    public abstract string Name { get; }

    public abstract string Purpose { get; }

    public abstract Task<ScenarioResult> RunAsync(CancellationToken cancellation);

    public static IReadOnlyList<Scenario> All() => [.. typeof(Scenario).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(Scenario)) && !type.IsAbstract)
        .Select(type => (Scenario)Activator.CreateInstance(type)!)
        .OrderBy(scenario => scenario.Name, StringComparer.Ordinal)];
}
