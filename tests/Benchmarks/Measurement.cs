using System.Text.Json.Serialization;

namespace DataPlatform.Benchmarks;

/// <summary>One figure of a scenario. A limit, where there is one, says what is wanted.</summary>
/// <param name="AtMost">The figure is met when it is not above this.</param>
/// <param name="AtLeast">The figure is met when it is not below this.</param>
public sealed record Measurement(string Name, double Value, string Unit, double? AtMost = null, double? AtLeast = null)
{
    /// <summary>Null where nothing is wanted.</summary>
    public bool? IsMet => AtMost is null && AtLeast is null ? null : !(Value > AtMost) && !(Value < AtLeast);
}

/// <summary>What a scenario found, or why it could not run.</summary>
public sealed record ScenarioResult(string Scenario, IReadOnlyList<Measurement> Measurements, IReadOnlyList<string> Notes)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Skipped { get; init; }
}
