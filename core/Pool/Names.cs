namespace DataPlatform.Core.Pool;

/// <summary>Which identifiers and names are allowed. Each rule answers why not, or null.</summary>
public static class Names
{
    public const int LongestIdentifier = 255;

    /// <summary>Identifiers become parts of paths on agents.</summary>
    public static string? WhyNotIdentifier(string what, string value)
    {
        if (value.Length == 0)
            return $"{what} is empty; give 1 to {LongestIdentifier} characters";
        if (value.Length > LongestIdentifier)
            return $"{what} has {value.Length} characters; {LongestIdentifier} are allowed";
        if (value is "." or "..")
            return $"{what} '{value}' would name another directory";
        foreach (var c in value)
        {
            if (c is '/' or '\\')
                return $"{what} '{Printable(value)}' has a '{c}', which is not allowed";
            if (char.IsControl(c) || char.IsSurrogate(c))
                return $"{what} '{Printable(value)}' has the character U+{(int)c:X4}, which is not allowed";
        }

        return null;
    }

    /// <summary>Names are for people: any characters that a line can show.</summary>
    public static string? WhyNotName(string what, string value)
    {
        if (value.Length > LongestIdentifier)
            return $"{what} has {value.Length} characters; {LongestIdentifier} are allowed";
        foreach (var c in value)
        {
            if (char.IsControl(c))
                return $"{what} '{Printable(value)}' has the character U+{(int)c:X4}, which is not allowed";
        }

        return null;
    }

    /// <summary>The text with nothing that could break a line of a log.</summary>
    internal static string Printable(string value)
    {
        var shortened = value.Length > 64 ? value[..64] + "…" : value;
        return string.Concat(shortened.Select(c => char.IsControl(c) ? '?' : c));
    }
}
