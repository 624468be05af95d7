using System.Text.Json.Serialization;
using DataPlatform.Operators.Sdk.Declared;

namespace DataPlatform.Services.Cli.Packages;

/// <summary>What is wrong with a package, for programs.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<PackageProblem>))]
public sealed partial class PackageJson : JsonSerializerContext;
