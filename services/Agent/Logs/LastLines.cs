using System.Globalization;
using System.Text.RegularExpressions;

namespace DataPlatform.Services.Agent.Logs;

/// <summary>What a program wrote last, fit for people who are shown no more of it: few whole lines of printable characters, without secrets. Pure.</summary>
public static partial class LastLines
{
    public const int Most = 10;

    /// <summary>Of all lines together.</summary>
    public const int MostCharacters = 1024;

    private const string Hidden = "(secret)";

    /// <param name="text">Begins with a whole line.</param>
    /// <param name="secrets">That are known; what looks like one is left out as well.</param>
    public static IReadOnlyList<string> Of(string text, IEnumerable<string> secrets)
    {
        // Before anything is cut off: half a secret would not be found.
        foreach (var secret in secrets.OrderByDescending(secret => secret.Length))
            text = text.Replace(secret, Hidden, StringComparison.Ordinal);
        text = Password().Replace(text, $"$1{Hidden}@");
        text = Assignment().Replace(text, $"$1{Hidden}");

        var lines = new LinkedList<string>();
        var left = MostCharacters;
        foreach (var line in text.Split('\n').Reverse().Select(Printable).Where(line => line.Length > 0))
        {
            if (lines.Count == Most || (lines.Count > 0 && line.Length > left))
                break;
            lines.AddFirst(line.Length <= left ? line : line[..(left - 3)] + "...");
            left -= line.Length;
        }

        return [.. lines];
    }

    private static string Printable(string line)
    {
        // What a terminal would show of a line that is written again and again, such as a bar of progress.
        var shown = Colours().Replace(line, "").TrimEnd();
        shown = shown[(shown.LastIndexOf('\r') + 1)..].Replace('\t', ' ');
        return string.Concat(shown.Where(IsPrintable)).TrimEnd();
    }

    private static bool IsPrintable(char letter) => !char.IsControl(letter) && CharUnicodeInfo.GetUnicodeCategory(letter)
        is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

    [GeneratedRegex(@"\x1B\[[0-9;?]*[ -/]*[@-~]")]
    private static partial Regex Colours();

    [GeneratedRegex(@"(://[^/\s:@]*:)[^/\s@]+@")]
    private static partial Regex Password();

    [GeneratedRegex(
        @"((?:passw(?:or)?d|secret|(?:api|access|private)[_-]?key)[""']?\s*[:=]\s*[""']?|token(?:[""']\s*:|[""']?\s*=)\s*[""']?|bearer\s+)[^\s""',;&]+", RegexOptions.IgnoreCase)]
    private static partial Regex Assignment();
}
