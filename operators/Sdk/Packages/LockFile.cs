using System.Text.RegularExpressions;

namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>One file of a lock.</summary>
/// <param name="Path">Where the file lies in a Maven repository: relative, with forward slashes.</param>
public sealed record LockedFile(Digest Digest, string Path)
{
    public string FileName => Path[(Path.LastIndexOf('/') + 1)..];
}

/// <summary>The closure of an engine's artifacts, in the form that <c>sha256sum -c</c> reads.</summary>
public static partial class LockFile
{
    /// <exception cref="PackageFormatException">A line is no lock line, leaves the repository, or repeats a file name.</exception>
    public static IReadOnlyList<LockedFile> Parse(string text, string source)
    {
        var files = new List<LockedFile>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd('\r')))
        {
            number++;
            if (line.Length == 0)
                continue;

            var match = Line().Match(line);
            if (!match.Success || !Digest.TryParse(match.Groups["digest"].Value, out var digest))
                throw new PackageFormatException($"{source}:{number}: expected '<sha256>  <path in a Maven repository>'");
            var file = new LockedFile(digest, match.Groups["path"].Value);
            if (file.Path.Split('/').Any(segment => segment is "" or "." or ".."))
                throw new PackageFormatException($"{source}:{number}: the path '{file.Path}' leaves the repository");
            // All files of a package lie in one folder when it runs.
            if (!names.Add(file.FileName))
                throw new PackageFormatException($"{source}:{number}: the file name '{file.FileName}' is there twice");
            files.Add(file);
        }

        return files.Count > 0 ? files : throw new PackageFormatException($"{source}: the lock names no file");
    }

    [GeneratedRegex(@"\A(?<digest>[0-9a-f]{64})  (?<path>[A-Za-z0-9][A-Za-z0-9._+/-]{0,299})\z")]
    private static partial Regex Line();
}
