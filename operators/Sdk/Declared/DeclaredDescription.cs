using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>What a declaration says to people: the options as a JSON schema, their defaults and sizes.</summary>
internal static class DeclaredDescription
{
    /// <param name="versions">All that a cluster may run on, which may be more than the declaration's; those of other declarations have other options.</param>
    public static PackageDescription Of(PackageDeclaration declaration, IReadOnlyList<string> versions)
    {
        var properties = new JsonObject();
        var defaults = new JsonObject();
        foreach (var option in declaration.Options)
        {
            properties[option.Name] = Property(option, isInput: false);
            defaults[option.Name] = option.Default.DeepClone();
        }

        // Also of the only one: another may be there later, and what runs stays what it is.
        properties[DeclaredPackage.VersionOption] = new JsonObject
        {
            ["type"] = "string", ["title"] = "Version", ["description"] = $"Of {declaration.Title}.", ["x-change"] = "restart",
            ["enum"] = new JsonArray([.. versions.Select(version => (JsonNode)version)]),
        };
        defaults[DeclaredPackage.VersionOption] = declaration.Versions[0].Version;

        var schema = Schema(properties);
        if (declaration.Sizes.Count > 0)
            schema["x-presets"] = new JsonObject(declaration.Sizes.Select(size => KeyValuePair.Create(size.Key, (JsonNode?)size.Value.DeepClone())));
        return new PackageDescription(declaration.Name, declaration.Title, Text(declaration), declaration.Versions[0].Version, schema, defaults)
        {
            Operations = [.. declaration.Operations.Where(operation => operation.Kind != OperationKind.Step).Select(Operation)],
        };
    }

    private static OperationDescription Operation(OperationDeclaration operation)
    {
        var description = new OperationDescription(operation.Name, operation.Title, operation.Description, operation.Kind);
        if (operation.Inputs.Count == 0)
            return description;
        var schema = Schema(new JsonObject(operation.Inputs.Select(input => KeyValuePair.Create(input.Name, (JsonNode?)Property(input, isInput: true)))));
        if (operation.Inputs.Any(input => input.IsRequired))
            schema["required"] = new JsonArray([.. operation.Inputs.Where(input => input.IsRequired).Select(input => (JsonNode)input.Name)]);
        return description with { Inputs = schema };
    }

    private static JsonObject Schema(JsonObject properties) => new()
    {
        ["$schema"] = "http://json-schema.org/draft-07/schema#", ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties,
    };

    private static string Text(PackageDeclaration declaration)
    {
        var packages = declaration.Versions.Select(version => version.Artifacts.Debian).OfType<string>().Distinct().ToList();
        return packages.Count == 0 ? declaration.Description : $"{declaration.Description} Hosts need Debian's {string.Join(" or ", packages)}.";
    }

    private static JsonObject Property(OptionDeclaration option, bool isInput)
    {
        var property = new JsonObject { ["type"] = option.Type == OptionType.Cluster ? "string" : option.Type.ToString().ToLowerInvariant(), ["title"] = option.Title };
        if (option.Description.Length > 0) property["description"] = option.Description;
        if (option.Minimum is { } minimum) property["minimum"] = minimum;
        if (option.Maximum is { } maximum) property["maximum"] = maximum;
        if (option.Pattern is { } pattern) property["pattern"] = pattern;
        if (option.Choices.Count > 0) property["enum"] = new JsonArray([.. option.Choices.Select(choice => choice.DeepClone())]);
        if (!option.IsRequired) property["default"] = option.Default.DeepClone();
        if (!isInput) property["x-change"] = option.Change.ToString().ToLowerInvariant();
        if (option.Advanced) property["x-advanced"] = true;
        return property;
    }
}
