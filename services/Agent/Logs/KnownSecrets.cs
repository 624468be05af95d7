using System.Text.RegularExpressions;

namespace DataPlatform.Services.Agent.Logs;

/// <summary>The texts by which a task's secrets would be known in what it writes. Pure.</summary>
public static partial class KnownSecrets
{
    /// <summary>A shorter one would be found in every other word.</summary>
    private const int Shortest = 4;

    /// <summary>Of a value that is nothing but a secret.</summary>
    public static IEnumerable<string> InValue(string value) =>
        value.Split('\n').Select(line => line.Trim()).Append(value.Trim()).Where(text => text.Length >= Shortest).Distinct(StringComparer.Ordinal);

    /// <summary>Of a file that may hold much beside a secret: all of it when it is one line, and otherwise what looks like made by a machine.</summary>
    public static IEnumerable<string> InFile(string content) => content.Trim().Contains('\n', StringComparison.Ordinal)
        ? Words().Matches(content).Select(match => match.Value).Where(word => word.Any(char.IsAsciiDigit) && word.Any(char.IsAsciiLetter)).Distinct(StringComparer.Ordinal)
        : InValue(content);

    [GeneratedRegex("[A-Za-z0-9+_=-]{16,}")]
    private static partial Regex Words();
}
