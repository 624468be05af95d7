namespace DataPlatform.Operators.Sdk;

/// <summary>The lake as a directory that all hosts share.</summary>
internal sealed class Lake(string root, LakeOwner owner)
{
    /// <summary>Makes folders and copies their seeds; what people have changed since stays as they left it.</summary>
    public void Prepare(IReadOnlyList<LakeFolder> folders)
    {
        owner.Own(root);
        foreach (var folder in folders)
        {
            var target = Contained(root, folder.Path);
            Make(target);
            if (folder.Seed is { } seed && Directory.Exists(seed))
                Copy(seed, target);
        }
    }

    private void Copy(string source, string target)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            if (File.Exists(copy))
            {
                owner.Own(copy); // The tasks' user may have been another one.
                continue;
            }
            Make(Path.GetDirectoryName(copy)!);
            // Atomic: a notebook opened while it is copied must not be half there.
            var partial = $"{copy}.{Guid.NewGuid():n}.part";
            File.Copy(file, partial);
            owner.Own(partial);
            File.Move(partial, copy, overwrite: true);
        }
    }

    private void Make(string folder)
    {
        Directory.CreateDirectory(folder);
        for (var path = folder; path != Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)); path = Path.GetDirectoryName(path)!)
            owner.Own(path);
    }

    private static string Contained(string root, string relative)
    {
        var full = Path.GetFullPath(Path.Combine(root, relative));
        return full.StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? full
            : throw new InvalidOperationException($"{relative} leads out of {root}: a defect of the package");
    }
}
