using System.Text.Json.Serialization;

namespace DataPlatform.Services.Cli.Doctoring;

/// <summary>What one check has found.</summary>
/// <param name="IsWell">False when something is to be mended.</param>
/// <param name="ToDo">What to do about it; null when there is nothing.</param>
public sealed record Finding(string Check, bool IsWell, string Found, string? ToDo)
{
    public static Finding Well(string check, string found) => new(check, true, found, null);

    public static Finding Ill(string check, string found, string toDo) => new(check, false, found, toDo);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<Finding>))]
public sealed partial class FindingJson : JsonSerializerContext;
