using System.Buffers;

namespace DataPlatform.Core.Resources;

/// <summary>Names of roles: path segments joined by '/', or "*" for what belongs to everyone.</summary>
public static class RoleName
{
    public const string Default = "*";

    public const int MaximumLength = 255;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/");

    /// <summary>Null for a good name, else what is wrong with it.</summary>
    public static string? WhyInvalid(string role)
    {
        if (role == Default)
            return null;
        if (role.Length == 0)
            return "a role name is empty";
        if (role.Length > MaximumLength)
            return $"a role name has {role.Length} characters; at most {MaximumLength} are allowed";
        if (role.AsSpan().IndexOfAnyExcept(Allowed) is >= 0 and var position)
            return $"role name '{Printable.Of(role)}' has '{Printable.Of(role[position].ToString())}' at position {position}; letters, digits, '_', '.', '-' and '/' are allowed";
        foreach (var segment in role.Split('/'))
        {
            if (segment.Length == 0)
                return $"role name '{role}' has an empty part: it may neither begin nor end with '/', nor hold '//'";
            if (segment is "." or "..")
                return $"role name '{role}' has the part '{segment}'; '.' and '..' are not allowed";
            if (segment[0] == '-')
                return $"role name '{role}' has a part that begins with '-'";
        }

        return null;
    }

    /// <summary>True for the role itself and those below it: a, a/b and a/b/c for a.</summary>
    public static bool IsSameOrBelow(string role, string ancestor) =>
        role.StartsWith(ancestor, StringComparison.Ordinal)
        && (role.Length == ancestor.Length || role[ancestor.Length] == '/');

    /// <summary>a, a/b, a/b/c for a/b/c: from the top down.</summary>
    public static IEnumerable<string> Path(string role)
    {
        for (var end = role.IndexOf('/', StringComparison.Ordinal); end >= 0; end = role.IndexOf('/', end + 1))
            yield return role[..end];
        yield return role;
    }
}
