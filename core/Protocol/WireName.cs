using System.Collections.Frozen;

namespace DataPlatform.Core.Protocol;

/// <summary>Enumerations' values as the wire calls them: TaskGoneByOperator is <c>TASK_GONE_BY_OPERATOR</c>.</summary>
public static class WireName
{
    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum =>
        Names<TEnum>.ByValue.TryGetValue(value, out var name) ? name : Of(value.ToString());

    public static string Of(string name) =>
        string.Concat(name.Select((letter, index) => index > 0 && char.IsUpper(letter) ? $"_{letter}" : $"{char.ToUpperInvariant(letter)}"));

    // A state of the pool writes them by the ten thousand.
    private static class Names<TEnum>
        where TEnum : struct, Enum
    {
        public static readonly FrozenDictionary<TEnum, string> ByValue =
            Enum.GetValues<TEnum>().Distinct().ToFrozenDictionary(value => value, value => Of(value.ToString()));
    }
}
