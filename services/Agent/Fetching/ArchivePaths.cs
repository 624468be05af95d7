namespace DataPlatform.Services.Agent.Fetching;

/// <summary>Judges names that come from outside and are to become paths beneath a folder.</summary>
public static class ArchivePaths
{
    private const int Longest = 2048;
    private const int Deepest = 100;

    /// <summary>Why the name can't be used beneath a folder; null when it can.</summary>
    public static string? Problem(string name)
    {
        if (name.Length == 0)
            return "is empty";
        if (name.Length > Longest)
            return $"is longer than {Longest} characters";
        if (name.Any(char.IsControl))
            return "holds a control character";
        if (name.StartsWith('/') || name.Contains('\\', StringComparison.Ordinal))
            return "is absolute or holds a backslash";
        var parts = name.Split('/');
        if (parts.Any(part => part == ".."))
            return "leaves the folder by '..'";
        if (parts.Length > Deepest)
            return $"is deeper than {Deepest} folders";
        return parts.Any(part => part.Length > 255) ? "has a part longer than 255 characters" : null;
    }

    /// <summary>The name without needless parts: <c>./a//b/</c> becomes <c>a/b</c>; empty for the folder itself.</summary>
    public static string Normalize(string name) =>
        string.Join('/', name.Split('/').Where(part => part is not ("" or ".")));

    /// <summary>
    /// Why a symbolic link may not point there; null when it may. A target may climb first and then only descend: what
    /// climbs after descending could leave the folder through another link.
    /// </summary>
    /// <param name="member">The link itself, normalized.</param>
    public static string? LinkProblem(string member, string target)
    {
        if (target.Length == 0 || target.StartsWith('/') || target.Contains('\\', StringComparison.Ordinal) || target.Any(char.IsControl))
            return "points to an absolute or unusable path";
        var parts = Normalize(target).Split('/');
        var climbs = parts.TakeWhile(part => part == "..").Count();
        if (parts.Skip(climbs).Contains(".."))
            return "points to a path with '..' in its middle";
        var depth = member.Count(c => c == '/');
        return climbs > depth ? "leaves the archive's folder" : null;
    }

    /// <summary>The folders above, nearest first: of <c>a/b/c</c> that is <c>a/b</c>, <c>a</c>.</summary>
    public static IEnumerable<string> Parents(string member)
    {
        for (var slash = member.LastIndexOf('/'); slash > 0; slash = member.LastIndexOf('/', slash - 1))
            yield return member[..slash];
    }
}
