using System.Text;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>The files of a package's folder, as far as they are plain, small and lie in it.</summary>
internal sealed class PackageFolder(string root)
{
    private const int MostBytes = 1024 * 1024;

    private readonly string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));

    public string Root => root;

    public string PathOf(string relative) => relative.Length == 0 ? root : Path.Combine(root, relative);

    /// <summary>A text of the package; null with the reason when there is none to be had.</summary>
    /// <param name="relative">Of the form <see cref="Names.Path"/>.</param>
    public string? Text(string relative, out string? why)
    {
        why = WhyNot(relative);
        if (why is not null)
            return null;
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(PathOf(relative)));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            why = unreadable is DecoderFallbackException ? $"{relative} is no text in UTF-8" : unreadable.Message;
            return null;
        }
    }

    /// <summary>Null when there is such a folder with files.</summary>
    public string? WhyNoFolder(string relative) =>
        OverLink(relative) ?? (Directory.Exists(PathOf(relative)) && Directory.EnumerateFiles(PathOf(relative)).Any() ? null : $"the package holds no folder {relative} with files");

    private string? WhyNot(string relative) => OverLink(relative) ?? new FileInfo(PathOf(relative)) switch
    {
        { Exists: false } => $"the package holds no file {relative}",
        { Length: > MostBytes } file => $"{relative} has {file.Length} bytes, more than {MostBytes}",
        _ => null,
    };

    private string? OverLink(string relative)
    {
        if (!Names.Path().IsMatch(relative))
            return $"{relative} leads out of the package's folder";
        var path = root;
        foreach (var segment in relative.Split('/'))
        {
            path = Path.Combine(path, segment);
            if (new FileInfo(path).LinkTarget is not null)
                return $"{relative} goes over a link: a package holds its files itself";
        }

        return null;
    }
}
