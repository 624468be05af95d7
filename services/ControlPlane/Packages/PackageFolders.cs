using DataPlatform.Operators.Sdk.Declared;

namespace DataPlatform.Services.ControlPlane.Packages;

/// <summary>
/// Where installed packages lie: every version in a folder of its own, <c>NAME@VERSION</c>. A folder that was put there by hand is called
/// <c>NAME</c> and holds all versions of its declaration.
/// </summary>
public sealed class PackageFolders(string root)
{
    private const char Mark = '@';

    private readonly string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));

    /// <param name="folder">The folder's name.</param>
    public static (string Name, string? Version) Parse(string folder) => folder.IndexOf(Mark, StringComparison.Ordinal) is > 0 and var mark ? (folder[..mark], folder[(mark + 1)..]) : (folder, null);

    public string Of(string name) => Path.Combine(root, name);

    public bool Holds(DeclaredPackage edition) => Path.GetDirectoryName(Path.GetFullPath(edition.Folder)) == root;

    /// <summary>A folder for what is on its way in or out, on the same file system and hidden from the scan.</summary>
    public string Hidden()
    {
        var folder = Path.Combine(root, $".incoming-{Guid.NewGuid():n}");
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>Puts a version where it belongs, instead of what is there, as a whole or not at all.</summary>
    /// <param name="edition">Its folder is copied.</param>
    public DeclaredPackage Put(DeclaredPackage edition)
    {
        var (incoming, target) = (Hidden(), Of($"{edition.Name}{Mark}{edition.Version}"));
        foreach (var file in Directory.EnumerateFiles(edition.Folder, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(incoming, Path.GetRelativePath(edition.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        Remove(target);
        Directory.Move(incoming, target);
        return new DeclaredPackage(edition.Declaration, target);
    }

    /// <summary>Gives versions that share a folder one each, so that each can go by itself.</summary>
    public IReadOnlyList<DeclaredPackage> Spread(IReadOnlyList<DeclaredPackage> editions)
    {
        var shared = editions.Where(Holds).GroupBy(edition => edition.Folder).Where(group => group.Count() > 1).Select(group => group.Key).ToList();
        IReadOnlyList<DeclaredPackage> spread = [.. editions.Select(edition => shared.Contains(edition.Folder) ? Put(edition) : edition)];
        shared.ForEach(Remove);
        return spread;
    }

    /// <summary>All of it or nothing, as far as the scan sees it.</summary>
    public void Remove(string folder)
    {
        if (!Directory.Exists(folder)) return;
        var leaving = Path.Combine(Hidden(), "package");
        Directory.Move(folder, leaving);
        Directory.Delete(Path.GetDirectoryName(leaving)!, recursive: true);
    }
}
