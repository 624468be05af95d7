using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk;

/// <summary>What a package says of itself to people.</summary>
/// <param name="Schema">Of the options, as JSON schema.</param>
/// <param name="Defaults">Of all options.</param>
public sealed record PackageDescription(string Name, string Title, string Description, string Version, JsonObject Schema, JsonObject Defaults)
{
    /// <summary>What its clusters can be asked to do while they serve: those of the specification, for people.</summary>
    public IReadOnlyList<OperationDescription> Operations { get; init; } = [];
}

/// <param name="Name">As in <see cref="OperationSpecification.Name"/>.</param>
public sealed record OperationDescription(string Name, string Title, string Description, OperationKind Kind)
{
    /// <summary>Of what it is given, as JSON schema; null when it is given nothing.</summary>
    public JsonObject? Inputs { get; init; }
}
