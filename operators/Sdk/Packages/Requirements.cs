using System.Text.RegularExpressions;

namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>One pinned Python distribution.</summary>
/// <param name="Marker">The condition under which it is installed; null means always.</param>
public sealed record Requirement(string Name, string Version, string? Marker, IReadOnlySet<Digest> Hashes, string Line)
{
    /// <summary>The name as file names and indexes compare it.</summary>
    public static string Normalize(string name) => RequirementsFormat.Separators().Replace(name, "-").ToLowerInvariant();
}

/// <summary>A whole Python environment: every distribution pinned, each with its hashes, so nothing is resolved.</summary>
/// <param name="Text">The file as written; with the Python's version it identifies the environment.</param>
public sealed record Requirements(IReadOnlyList<Requirement> Items, string Text)
{
    /// <exception cref="PackageFormatException">A line is not pinned or carries no sha256.</exception>
    public static Requirements Parse(string text, string source)
    {
        var items = new List<Requirement>();
        var number = 0;
        foreach (var line in text.Split('\n').Select(line => line.Trim()))
        {
            number++;
            if (line.Length == 0 || line.StartsWith('#'))
                continue;

            var match = RequirementsFormat.Line().Match(line);
            if (!match.Success)
                throw new PackageFormatException($"{source}:{number}: expected 'name==version [; marker] --hash=sha256:<digest>', on one line");
            var hashes = match.Groups["hash"].Captures.Select(capture => Digest.Parse(capture.Value)).ToHashSet();
            var marker = match.Groups["marker"].Success ? match.Groups["marker"].Value.Trim() : null;
            items.Add(new(match.Groups["name"].Value, match.Groups["version"].Value, marker, hashes, line));
        }

        return items.Count > 0 ? new(items, text) : throw new PackageFormatException($"{source}: no distribution is named");
    }
}

internal static partial class RequirementsFormat
{
    [GeneratedRegex(@"\A(?<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?<version>[A-Za-z0-9._+!]+)(\s*;\s*(?<marker>[^-]+?))?(\s+--hash=sha256:(?<hash>[0-9a-f]{64}))+\z")]
    internal static partial Regex Line();

    [GeneratedRegex("[-_.]+")]
    internal static partial Regex Separators();
}
