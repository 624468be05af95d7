namespace DataPlatform.Operators.Sdk.Blueprints;

/// <summary>Several clusters that belong together, as a file says it. What it names is not looked up yet.</summary>
public sealed record BlueprintDeclaration(string Name, string Title, IReadOnlyList<Marked<string>> Datasets, IReadOnlyList<ClusterDeclaration> Clusters);

/// <param name="Version">Null for the package's own choice.</param>
/// <param name="Size">A size of the package, whose values the options win over; null for none.</param>
/// <param name="Lifetime">Null for the platform's.</param>
public sealed record ClusterDeclaration(
    Marked<string> Name, Marked<string> Package, Marked<string>? Version, Marked<string>? Size, Marked<TimeSpan>? Lifetime, IReadOnlyList<OptionSetting> Options, IReadOnlyList<Marked<ClusterNeed>> Needs);

public sealed record OptionSetting(Marked<string> Name, Marked<string> Value);

/// <summary>Another cluster that one needs.</summary>
public abstract record ClusterNeed
{
    private ClusterNeed() { }

    public sealed record ByName(string Cluster) : ClusterNeed;

    /// <summary>The only one of that package.</summary>
    public sealed record ByPackage(string Package) : ClusterNeed;
}

/// <summary>Something that a file says, and where; both from 1.</summary>
public sealed record Marked<T>(T Value, int Line, int Column);
