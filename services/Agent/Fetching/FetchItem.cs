using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>What becomes of an artifact once it is here.</summary>
public enum ExtractRule
{
    /// <summary>Stays the file that it is.</summary>
    Never,

    /// <summary>Named like an archive: is unpacked, and refused when it is none.</summary>
    Archive,

    /// <summary>Asked to be unpacked but not named like an archive: unpacked when its first bytes are an archive's.</summary>
    ByContent,
}

/// <summary>One URI of a task, understood.</summary>
/// <param name="Source">Where it is; without fragment.</param>
/// <param name="Digest">Its sha256 in lower-case hexadecimal, when the URI carries one.</param>
/// <param name="Name">What it is called in the sandbox; may have folders.</param>
/// <param name="IsNamed">The name was given, not taken from the URI.</param>
/// <param name="IsPrivate">Said to be kept out of the cache (<c>cache: false</c>), as what holds a secret should be.</param>
public sealed record FetchItem(Uri Source, string? Digest, string Name, bool IsNamed, ExtractRule Extract, bool Executable, bool IsPrivate)
{
    private const int LongestUri = 8192;
    private const string DigestPrefix = "#sha256=";
    private static readonly string[] ArchiveSuffixes = [".tar", ".tar.gz", ".tgz", ".zip"];
    private static readonly string[] NeverSuffixes = [".jar", ".war", ".ear", ".whl", ".egg"];

    /// <summary>Lies in the cache of this host, where every task finds it that knows its sha256.</summary>
    public bool IsShared => Digest is not null && !IsPrivate;

    /// <summary>The address for messages: without the query, which may hold a key.</summary>
    public string Display => Source.IsFile ? Source.LocalPath : Source.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <exception cref="FetchException">Says which URI can't be used, why, and what is allowed.</exception>
    public static FetchItem Of(CommandInfo.Types.URI uri)
    {
        if (uri.Value.Length > LongestUri)
            throw new FetchException($"URI '{Shorten(uri.Value)}' has {uri.Value.Length} characters, at most {LongestUri} are allowed");
        if (uri.Value.Contains('\0', StringComparison.Ordinal))
            throw new FetchException($"URI '{Shorten(uri.Value.Replace('\0', '?'))}' holds a NUL character");
        var text = uri.Value.StartsWith('/') ? "file://" + uri.Value : uri.Value;
        var digest = DigestOf(ref text);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var source) || source.Scheme is not ("http" or "https" or "file") || (source.IsFile && source.Host.Length > 0))
            throw new FetchException($"URI '{Shorten(text)}': only http, https and file addresses can be fetched");
        var name = uri.HasOutputFile && uri.OutputFile.Length > 0 ? uri.OutputFile : Uri.UnescapeDataString(source.AbsolutePath[(source.AbsolutePath.LastIndexOf('/') + 1)..]);
        if (ArchivePaths.Problem(name) is { } problem)
            throw new FetchException($"URI '{Shorten(text)}': the file name '{name}' {problem}");
        return new FetchItem(source, digest, name, uri.HasOutputFile && uri.OutputFile.Length > 0, RuleFor(uri, name, source.AbsolutePath), uri.HasExecutable && uri.Executable, uri.HasCache && !uri.Cache);
    }

    private static ExtractRule RuleFor(CommandInfo.Types.URI uri, string name, string path)
    {
        if (!uri.Extract || (uri.HasExecutable && uri.Executable) || Ends(name, NeverSuffixes))
            return ExtractRule.Never;
        if (Ends(name, ArchiveSuffixes) || (uri.HasOutputFile && Ends(path, ArchiveSuffixes)))
            return ExtractRule.Archive;
        return uri.HasExtract && !Ends(path, NeverSuffixes) ? ExtractRule.ByContent : ExtractRule.Never;
    }

    private static bool Ends(string text, string[] suffixes) => suffixes.Any(each => text.EndsWith(each, StringComparison.OrdinalIgnoreCase));

    private static string? DigestOf(ref string text)
    {
        var hash = text.IndexOf('#', StringComparison.Ordinal);
        if (hash < 0)
            return null;
        var fragment = text[hash..];
        var address = text[..hash];
        if (!fragment.StartsWith(DigestPrefix, StringComparison.Ordinal) || fragment.Length != DigestPrefix.Length + 64 ||
            !fragment.AsSpan(DigestPrefix.Length).ToString().All(char.IsAsciiHexDigit))
            throw new FetchException($"URI '{Shorten(address)}': the fragment '{fragment}' is not {DigestPrefix} and 64 hexadecimal digits");
        text = address;
        return fragment[DigestPrefix.Length..].ToLowerInvariant();
    }

    private static string Shorten(string text)
    {
        var query = text.IndexOf('?', StringComparison.Ordinal);
        var bare = query < 0 ? text : text[..query];
        return bare.Length <= 200 ? bare : bare[..200] + "...";
    }
}
