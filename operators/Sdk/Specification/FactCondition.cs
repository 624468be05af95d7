using System.Globalization;

namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>What a fact has to be.</summary>
/// <param name="Fact">Its name.</param>
/// <param name="Value">Of <see cref="FactComparison.AtMost"/> and <see cref="FactComparison.AtLeast"/> a number.</param>
public sealed record FactCondition(string Fact, FactComparison Comparison, string Value)
{
    /// <summary>What is no number is neither small nor large enough.</summary>
    public bool Holds(string value) => Comparison switch
    {
        FactComparison.Is => value == Value || (Number(value) is { } one && one == Number(Value)),
        FactComparison.AtMost => Number(value) <= Number(Value),
        FactComparison.AtLeast => Number(value) >= Number(Value),
        _ => throw new InvalidOperationException(Comparison.ToString()),
    };

    /// <summary>As people read it: <c>at most 3</c>.</summary>
    public string Wanted => Comparison switch
    {
        FactComparison.Is => Value,
        FactComparison.AtMost => $"at most {Value}",
        _ => $"at least {Value}",
    };

    private static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}

public enum FactComparison { Is, AtMost, AtLeast }

/// <summary>Something that an engine says of itself, for people and for plans.</summary>
/// <param name="Pod">The type of the pods that say it.</param>
/// <param name="Healthy">What it is while all is well; null where that can't be said.</param>
public sealed record EngineFact(string Name, string Title, string Pod, FactCondition? Healthy);
