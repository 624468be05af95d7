namespace DataPlatform.Architecture.Tests;

/// <summary>The repository's own files, as far as they are written by people.</summary>
internal static class SourceTree
{
    public static string Root { get; } = RepositoryRoot.Find();

    public static IEnumerable<string> Projects(string folder) => Files(folder, "*.csproj");

    /// <summary>C# and Razor files below a folder, generated and built ones left out; paths from the root.</summary>
    public static IEnumerable<string> Code(string folder) => Files(folder, "*.cs").Concat(Files(folder, "*.razor"));

    /// <summary>Folders of operators/ that hold a package.</summary>
    public static IReadOnlyList<string> Engines { get; } =
        [.. Directory.EnumerateDirectories(Path.Combine(Root, "operators"), "package", SearchOption.AllDirectories).Select(package => Path.GetFileName(Path.GetDirectoryName(package))!).Order(StringComparer.Ordinal)];

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static IEnumerable<string> Files(string folder, string pattern) => Directory
        .EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Root, file))
        .Where(file => !file.Split('/').Any(part => part is "obj" or "bin" or "artifacts" or "node_modules"))
        .Order(StringComparer.Ordinal);
}
