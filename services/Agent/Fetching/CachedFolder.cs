using System.Globalization;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>An unpacked archive of the cache.</summary>
/// <param name="Bytes">Of its files together.</param>
/// <param name="Content">What <see cref="PrivateCopy.DigestOf"/> said of it when it was new.</param>
internal sealed record CachedFolder(string Path, long Bytes, string Content)
{
    /// <summary>Null when there is none, or the line of it is not readable.</summary>
    public static CachedFolder? Read(string indexFile, string folders)
    {
        try
        {
            var fields = File.ReadAllText(indexFile).Split('\n');
            return fields.Length >= 3 && fields[0].Length > 0 && long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
                ? new CachedFolder(System.IO.Path.Combine(folders, System.IO.Path.GetFileName(fields[0])), bytes, fields[2])
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Write(string indexFile) =>
        AtomicFile.Write(indexFile, $"{System.IO.Path.GetFileName(Path)}\n{Bytes.ToString(CultureInfo.InvariantCulture)}\n{Content}\n");
}
