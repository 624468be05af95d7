using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>Options that a cluster keeps as it was launched with them: <c>"x-change": "fixed"</c> in the package's schema. Pure.</summary>
public static class FixedOptions
{
    public const string Reason = "is fixed when a cluster is launched";

    public static bool IsFixed(JsonObject schema, string option) => schema["properties"]?[option]?["x-change"]?.ToString() == "fixed";

    /// <param name="before">What the cluster has; what it has not, as it is older than the option, it may still get.</param>
    public static IReadOnlyList<FieldProblem> Problems(PackageView package, JsonObject before, JsonObject after) =>
    [
        .. OptionChanges.Of(before, after).Where(option => before.ContainsKey(option.Option) && after.ContainsKey(option.Option) && IsFixed(package.Schema, option.Option))
            .Select(option => new FieldProblem("options." + option.Option, Reason, $"'{option.Before}', as it is; for '{option.After}' launch another cluster")),
    ];

    /// <summary>Null when none of them changes.</summary>
    public static Problem? WhyNot(PackageView package, JsonObject before, JsonObject after) =>
        Problems(package, before, after) is { Count: > 0 } problems ? new Problem("A fixed option can't be changed", 409, "Nothing was changed.", problems) : null;
}
