using System.Text.RegularExpressions;

namespace DataPlatform.Operators.Sdk.Clusters;

/// <summary>Names end up in paths, host names and URLs, so only the least common denominator is allowed.</summary>
public static partial class ClusterName
{
    public const string Allowed = "1 to 40 of a-z, 0-9 and '-', beginning with a letter and not ending with '-'";

    /// <summary>The whole of a name.</summary>
    internal const string Pattern = "[a-z]([a-z0-9-]{0,38}[a-z0-9])?";

    public static bool IsValid(string? name) => name is not null && Form().IsMatch(name);

    // \z and not $: that would let a newline at the end pass.
    [GeneratedRegex($@"\A{Pattern}\z", RegexOptions.CultureInvariant)]
    internal static partial Regex Form();
}
