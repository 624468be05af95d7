using System.Text.RegularExpressions;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Which version is newer, as people read versions: number by number; what follows a dash and is no number comes before the version itself.</summary>
public sealed partial class VersionOrder : IComparer<string>
{
    public static VersionOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var (one, other) = (Parts(x ?? ""), Parts(y ?? ""));
        for (var place = 0; place < Math.Max(one.Count, other.Count); place++)
        {
            var order = Part(one.ElementAtOrDefault(place), other.ElementAtOrDefault(place));
            if (order != 0)
                return order;
        }

        return string.CompareOrdinal(x, y);
    }

    private static int Part(string? one, string? other)
    {
        if (one is null || other is null)
            return one is null ? -Longer(other!) : Longer(one);
        var (isNumber, isOtherNumber) = (char.IsAsciiDigit(one[0]), char.IsAsciiDigit(other[0]));
        if (isNumber != isOtherNumber)
            return isNumber ? 1 : -1;
        var (digits, otherDigits) = (one.TrimStart('0'), other.TrimStart('0'));
        return isNumber && digits.Length != otherDigits.Length ? digits.Length - otherDigits.Length : string.CompareOrdinal(isNumber ? digits : one, isNumber ? otherDigits : other);
    }

    /// <summary>Of a version that goes on where the other one ends.</summary>
    private static int Longer(string part) => part.Length > 1 && part[0] == '-' ? -1 : 1;

    private static List<string> Parts(string version) => [.. Pieces().Matches(version).Select(match => match.Value)];

    [GeneratedRegex("[0-9]+|[.]|-[^0-9.-]+|[^0-9.-]+|-")]
    private static partial Regex Pieces();
}
