using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>What somebody asked for: a version of the package, a size, and options that win over the size's. Pure.</summary>
public static class GivenOptions
{
    public const string NoSuchSize = "the package has no such size";

    /// <param name="version">Null for the one that the options name, else the newest.</param>
    /// <param name="problems">Takes what is wrong with the version; then the answer is null.</param>
    public static PackageView? PackageOf(IClusterOperator engine, string? version, JsonObject? options, List<FieldProblem> problems)
    {
        var (named, newest) = (ClusterVersions.In(options), engine.Package);
        var isOption = newest.Defaults.ContainsKey(ClusterVersions.Option);
        if (version is not null && isOption && named is not null && named != version)
            problems.Add(new FieldProblem("version", "another one is among the options", "one of the two"));
        else if ((version ?? (isOption ? named : null)) is not { } wanted)
            return newest;
        else if (engine.PackageOf(wanted) is { } package)
            return package;
        else
            problems.Add(new FieldProblem(version is null ? "options.version" : "version", $"the package {newest.Name} has no such version", Versions(newest)));
        return null;
    }

    /// <param name="size">Null for none.</param>
    /// <param name="problems">Takes what is wrong with the size.</param>
    public static JsonObject Of(PackageView package, string? size, JsonObject? options, List<FieldProblem> problems)
    {
        if (size is null) return options?.DeepClone().AsObject() ?? [];
        if (package.SizeOf(size) is { } values) return OptionsCheck.WithDefaults(values, options);
        problems.Add(new FieldProblem("size", NoSuchSize, Sizes(package)));
        return options?.DeepClone().AsObject() ?? [];
    }

    /// <summary>For people, as <see cref="Sizes"/>.</summary>
    public static string Versions(PackageView package) => package.Versions.Count == 0 ? package.Version : string.Join(", ", package.Versions);

    public static string Sizes(PackageView package) => package.Sizes.Count == 0 ? $"none: {package.Name} has no sizes" : string.Join(", ", package.Sizes.Keys);
}
