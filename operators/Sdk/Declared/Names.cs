using System.Text.RegularExpressions;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>The forms that names and paths of a declaration may have.</summary>
internal static partial class Names
{
    public const string PackageAllowed = "2 to 30 small letters, digits and dashes, a letter first, no dash last";
    public const string PartAllowed = "1 to 30 small letters, digits and dashes, a letter first, no dash last";
    public const string ValueAllowed = "1 to 40 small letters, digits and underscores, a letter first";
    public const string VariableAllowed = "capital letters, digits and underscores, a letter first";
    public const string PathAllowed = "a relative path of letters, digits, dots, dashes and underscores that does not climb";
    public const string HeaderAllowed = "letters, digits and dashes";
    public const string ProgramAllowed = "an absolute path, or one relative to the sandbox that begins with ./";

    /// <summary>What templates know without any declaration; no option may hide it.</summary>
    public static readonly IReadOnlySet<string> Reserved = new HashSet<string>(StringComparer.Ordinal)
    {
        "cluster", "cluster_id", "version", "lake", "lake_uri", "task", "index", "host", "zone", "ports", "secrets", "peers", "pages", "platform", "artifacts", "connected", "forloop", "operation", "inputs", "launched", "size", "first", "last",
        "true", "false", "nil", "null", "empty", "blank", "and", "or", "contains",
    };

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,28}[a-z0-9]\z")]
    public static partial Regex Package();

    [GeneratedRegex(@"\A[a-z]([a-z0-9-]{0,28}[a-z0-9])?\z")]
    public static partial Regex Part();

    [GeneratedRegex(@"\A[a-z][a-z0-9_]{0,39}\z")]
    public static partial Regex Value();

    [GeneratedRegex(@"\A[A-Z][A-Z0-9_]{0,79}\z")]
    public static partial Regex Variable();

    /// <summary>Below a folder: no segment is empty, <c>.</c> or <c>..</c>.</summary>
    [GeneratedRegex(@"\A(?!.*(^|/)\.{1,2}(/|$))[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+){0,9}\z")]
    public static partial Regex Path();

    [GeneratedRegex(@"\A(?!.*/\.\.?(/|$))/[A-Za-z0-9._+-]+(/[A-Za-z0-9._+-]+){0,15}\z|\A\./(?!.*(^|/)\.{1,2}(/|$))[A-Za-z0-9._+-]+(/[A-Za-z0-9._+-]+){0,9}\z")]
    public static partial Regex Program();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._+~-]{0,39}\z")]
    public static partial Regex Version();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9-]{0,59}\z")]
    public static partial Regex Header();

    [GeneratedRegex(@"\A[a-z][a-z0-9+-]{0,19}\z")]
    public static partial Regex Scheme();
}
