using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace DataPlatform.Core.Protocol.Extensions;

/// <summary>Where a value stands in JSON: names and places after <c>$</c>, such as <c>$.jobs[0].ended</c> or <c>$.gauges['jobs.active'].value</c>.</summary>
public sealed partial class JsonPath
{
    public const string Allowed = "$ and names or places after it, such as $.last_activity, $.jobs[0].ended or $.gauges['jobs.active'].value";

    private readonly IReadOnlyList<Step> steps;

    private JsonPath(IReadOnlyList<Step> steps) => this.steps = steps;

    /// <summary>Null when it is none.</summary>
    public static JsonPath? Parse(string text) => Form().Match(text) is { Success: true } found
        ? new JsonPath([.. found.Groups["step"].Captures.Select(step => StepOf(step.Value))])
        : null;

    /// <summary>Null when nothing stands there.</summary>
    public JsonElement? Find(JsonElement root)
    {
        var at = root;
        foreach (var step in steps)
        {
            if (step is { Name: { } name } && at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var member))
                at = member;
            else if (step.Name is null && at.ValueKind == JsonValueKind.Array && step.Place < at.GetArrayLength())
                at = at[step.Place];
            else
                return null;
        }

        return at;
    }

    private static Step StepOf(string text) => text[0] == '.' ? new Step(text[1..], 0)
        : text[1] == '\'' ? new Step(text[2..^2], 0)
        : new Step(null, int.Parse(text.AsSpan(1, text.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture));

    /// <param name="Name">Null: a place in a list.</param>
    private sealed record Step(string? Name, int Place);

    [GeneratedRegex(@"\A\$(?<step>\.[A-Za-z_][A-Za-z0-9_]{0,79}|\[[0-9]{1,6}\]|\['[^'\p{C}]{1,200}'\]){0,16}\z")]
    private static partial Regex Form();
}
