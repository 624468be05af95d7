using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace DataPlatform.Core.Resources;

/// <summary>Mesos's text form of a value: 4.5, [31000-31099,31200-31200], {sda1,sda2}.</summary>
internal static class ValueText
{
    public static bool TryParse(string text, [NotNullWhen(true)] out ResourceValue? value, [NotNullWhen(false)] out string? reason)
    {
        value = null;
        reason = null;
        if (text.Length == 0)
        {
            reason = "has no value";
            return false;
        }

        return text[0] switch
        {
            '[' => TryParseRanges(text, out value, out reason),
            '{' => TryParseSet(text, out value, out reason),
            _ => TryParseScalar(text, out value, out reason),
        };
    }

    private static bool TryParseScalar(string text, out ResourceValue? value, out string? reason)
    {
        value = null;
        reason = null;
        if (!double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)
            || !ResourceAmount.TryFromDouble(number, out var amount))
        {
            reason = $"has '{Printable.Of(text)}': a number from 0 to {ResourceAmount.Maximum}, ranges like [31000-31999] or a set like {{a,b}} is allowed";
            return false;
        }

        value = new ResourceValue.Scalar(amount);
        return true;
    }

    private static bool TryParseRanges(string text, out ResourceValue? value, out string? reason)
    {
        value = null;
        if (Members(text, ']') is not { } members)
        {
            reason = $"has '{Printable.Of(text)}': ranges end with ']'";
            return false;
        }

        var intervals = new List<Interval>();
        foreach (var member in members)
        {
            var ends = member.Split('-', StringSplitOptions.TrimEntries);
            if (ends.Length != 2 || !TryParseNumber(ends[0], out var first) || !TryParseNumber(ends[1], out var last))
            {
                reason = $"has the range '{Printable.Of(member)}': two whole numbers joined by '-' are allowed, as in 31000-31999";
                return false;
            }

            if (last < first)
            {
                reason = $"has the range '{member}', which ends before it begins";
                return false;
            }

            intervals.Add(new Interval(first, last));
        }

        value = new ResourceValue.Ranges(IntervalSet.Of([.. intervals]));
        reason = null;
        return true;
    }

    private static bool TryParseSet(string text, out ResourceValue? value, out string? reason)
    {
        value = null;
        if (Members(text, '}') is not { } members)
        {
            reason = $"has '{Printable.Of(text)}': a set ends with '}}'";
            return false;
        }

        if (members.Any(static member => member.Length == 0 || member.AsSpan().IndexOfAny("{}[]") >= 0))
        {
            reason = $"has '{Printable.Of(text)}': items are names separated by ','";
            return false;
        }

        value = ResourceValue.Set.Of(members);
        reason = null;
        return true;
    }

    private static string[]? Members(string text, char close) =>
        text[^1] == close ? text[1..^1].Split(',', StringSplitOptions.TrimEntries) : null;

    private static bool TryParseNumber(string text, out ulong number) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
