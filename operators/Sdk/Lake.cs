namespace DataPlatform.Operators.Sdk;

/// <summary>The lake as a directory that all hosts share.</summary>
internal sealed class Lake(string root, string packageFolder)
{
    /// <summary>Makes folders and copies their seeds; what people have changed since stays as they left it.</summary>
    public void Prepare(IReadOnlyList<LakeFolder> folders)
    {
        foreach (var folder in folders)
        {
            var target = Contained(root, folder.Path);
            Directory.CreateDirectory(target);
            if (folder.Seed is { } seed && Contained(packageFolder, seed) is var source && Directory.Exists(source))
                Copy(source, target);
        }
    }

    private static void Copy(string source, string target)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            if (File.Exists(copy))
                continue;
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            // Atomic: a notebook opened while it is copied must not be half there.
            var partial = $"{copy}.{Guid.NewGuid():n}.part";
            File.Copy(file, partial);
            File.Move(partial, copy, overwrite: true);
        }
    }

    private static string Contained(string root, string relative)
    {
        var full = Path.GetFullPath(Path.Combine(root, relative));
        return full.StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? full
            : throw new InvalidOperationException($"{relative} leads out of {root}: a defect of the package");
    }
}
