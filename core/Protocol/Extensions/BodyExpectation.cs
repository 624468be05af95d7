using System.Text.RegularExpressions;

namespace DataPlatform.Core.Protocol.Extensions;

/// <summary>What the body of the answer to an HTTP check has to match: <c>CheckInfo.Http.expect</c>.</summary>
public static class BodyExpectation
{
    /// <summary>In characters.</summary>
    public const int LongestPattern = 512;

    /// <summary>Of a longer body only so much is looked at.</summary>
    public const int BodyBytes = 64 * 1024;

    /// <summary>A pattern can still be written that takes long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Null when it can be looked for.</summary>
    public static string? WhyNot(string pattern)
    {
        if (pattern.Length is 0 or > LongestPattern)
            return $"has {pattern.Length} characters; 1 to {LongestPattern} are allowed";
        try
        {
            _ = Of(pattern);
            return null;
        }
        catch (Exception refused) when (refused is ArgumentException or NotSupportedException)
        {
            return $"is no regular expression that can be looked for without going back in the text: {refused.Message}";
        }
    }

    /// <exception cref="ArgumentException">No regular expression.</exception>
    /// <exception cref="NotSupportedException">It can't be looked for without going back in the text.</exception>
    public static Regex Of(string pattern, RegexOptions more = RegexOptions.None) => new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | more, Patience);
}
