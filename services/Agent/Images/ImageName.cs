using System.Text.RegularExpressions;

namespace DataPlatform.Services.Agent.Images;

/// <summary>An image as frameworks name it: <c>[host[:port]/]path[:tag][@digest]</c>.</summary>
/// <param name="Host">Empty: the agent's registry.</param>
/// <param name="Tag">Empty where a digest says which.</param>
internal sealed partial record ImageName(string Host, string Path, string Tag, string Digest)
{
    public const string LatestTag = "latest";
    private const int Longest = 255;

    /// <summary>Null when it is none.</summary>
    public static ImageName? Parse(string text)
    {
        if (text.Length > Longest || Form().Match(text) is not { Success: true } match)
            return null;
        var (host, path, tag, digest) = (match.Groups["host"].Value, match.Groups["path"].Value, match.Groups["tag"].Value, match.Groups["digest"].Value);
        return new ImageName(host, path, tag.Length == 0 && digest.Length == 0 ? LatestTag : tag, digest);
    }

    public override string ToString() =>
        (Host.Length > 0 ? Host + "/" : "") + Path + (Tag.Length > 0 ? ":" + Tag : "") + (Digest.Length > 0 ? "@" + Digest : "");

    // What stands before the first slash is a host only when it has a dot or a port, or is "localhost".
    [GeneratedRegex(@"^(?:(?<host>localhost|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*):[0-9]{1,5}|localhost:[0-9]{1,5})/)?(?<path>[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Form();
}
