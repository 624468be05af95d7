using System.Text.RegularExpressions;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Regular expressions of packages: only such that take time in proportion to the text.</summary>
internal static class Expressions
{
    public static Regex? Compile(string pattern, out string? why)
    {
        try
        {
            why = null;
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception defect) when (defect is ArgumentException or NotSupportedException)
        {
            why = defect.Message;
            return null;
        }
    }
}
