using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>What somebody asked for: a size of the package, and options that win over the size's. Pure.</summary>
public static class GivenOptions
{
    public const string NoSuchSize = "the package has no such size";

    /// <param name="size">Null for none.</param>
    /// <param name="problems">Takes what is wrong with the size.</param>
    public static JsonObject Of(PackageView package, string? size, JsonObject? options, List<FieldProblem> problems)
    {
        if (size is null) return options?.DeepClone().AsObject() ?? [];
        if (package.SizeOf(size) is { } values) return OptionsCheck.WithDefaults(values, options);
        problems.Add(new FieldProblem("size", NoSuchSize, Sizes(package)));
        return options?.DeepClone().AsObject() ?? [];
    }

    /// <summary>For people.</summary>
    public static string Sizes(PackageView package) => package.Sizes.Count == 0 ? $"none: {package.Name} has no sizes" : string.Join(", ", package.Sizes.Keys);
}
