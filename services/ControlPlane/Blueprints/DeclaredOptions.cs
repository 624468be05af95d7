using System.Globalization;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Blueprints;
using DataPlatform.Services.ControlPlane.Clusters;
using NJsonSchema;

namespace DataPlatform.Services.ControlPlane.Blueprints;

/// <summary>The options that a blueprint sets, in the types that the package's schema gives them. Pure.</summary>
internal static class DeclaredOptions
{
    /// <summary>Null when something is wrong.</summary>
    public static JsonObject? Read(ClusterDeclaration cluster, PackageView package, BlueprintProblems problems)
    {
        var schema = OptionsCheck.Parse(package.Schema).ActualProperties;
        var options = new JsonObject();
        var isRight = Size(cluster, package, options, problems);
        package.With(options);
        foreach (var (name, value) in cluster.Options)
        {
            if (!schema.TryGetValue(name.Value, out var property))
                problems.Add(name, $"the package {package.Name} has no such option", schema.Keys);
            else if (Typed(value.Value, property.ActualSchema.Type) is not { } typed)
                problems.Add(value, $"{name.Value} can't be this", OptionsCheck.Allowed(property));
            else
            {
                options[name.Value] = typed;
                continue;
            }

            isRight = false;
        }

        if (!isRight) return null;
        var wrong = OptionsCheck.Problems(package, options);
        foreach (var problem in wrong) problems.Add(At(cluster, problem.Field), $"{problem.Field[(problem.Field.IndexOf('.', StringComparison.Ordinal) + 1)..]}: {problem.Message}", problem.Allowed);
        return wrong.Count == 0 ? options : null;
    }

    /// <summary>Where the option stands, or the cluster when the file does not set it.</summary>
    /// <param name="field">Such as <c>options.workers</c>.</param>
    public static Marked<string> At(ClusterDeclaration cluster, string field) =>
        cluster.Options.FirstOrDefault(option => field == "options." + option.Name.Value)?.Value ?? (field == "options." + ClusterVersions.Option ? cluster.Version : null) ?? cluster.Name;

    private static bool Size(ClusterDeclaration cluster, PackageView package, JsonObject options, BlueprintProblems problems)
    {
        if (cluster.Size is not { } size) return true;
        if (package.SizeOf(size.Value) is not { } values)
        {
            problems.Add(size, $"{package.Name} has no such size", GivenOptions.Sizes(package));
            return false;
        }

        foreach (var (name, value) in values) options[name] = value?.DeepClone();
        return true;
    }

    private static JsonValue? Typed(string text, JsonObjectType type) => type switch
    {
        JsonObjectType.Integer => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole is >= int.MinValue and <= int.MaxValue ? JsonValue.Create((int)whole) : JsonValue.Create(whole) : null,
        JsonObjectType.Number => decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : null,
        JsonObjectType.Boolean => text switch { "true" => JsonValue.Create(true), "false" => JsonValue.Create(false), _ => null },
        _ => JsonValue.Create(text),
    };
}
