using DataPlatform.Operators.Sdk.Declared;

namespace DataPlatform.Services.ControlPlane.Packages;

/// <summary>The packages of some folders that are data: every folder in them that holds a <c>package.yaml</c>.</summary>
public sealed record PackageScan(IReadOnlyList<VersionedPackage> Packages, IReadOnlyList<BrokenPackage> Broken)
{
    /// <param name="folders">A version that an earlier one has hides the same in a later one.</param>
    public static PackageScan Of(IEnumerable<string> folders)
    {
        var packages = new SortedDictionary<string, List<DeclaredPackage>>(StringComparer.Ordinal);
        var broken = new List<BrokenPackage>();
        foreach (var folder in folders.Where(Directory.Exists).SelectMany(each => Directory.EnumerateDirectories(each).Order(StringComparer.Ordinal)))
        {
            var name = Path.GetFileName(folder);
            var (package, version) = PackageFolders.Parse(name);
            if (name.StartsWith('.') || !File.Exists(Path.Combine(folder, PackageReader.FileName)))
                continue;
            var editions = packages.GetValueOrDefault(package, []);
            switch (Read(folder, package, version, editions))
            {
                case PackageReading.Read(var declaration):
                    packages[package] = [.. editions, .. new DeclaredPackage(declaration, folder).Editions.Where(edition => !editions.Exists(other => other.Version == edition.Version))];
                    break;
                case PackageReading.Refused(var problems):
                    broken.Add(new BrokenPackage(name, problems));
                    break;
            }
        }

        return new PackageScan([.. packages.Select(package => new VersionedPackage(package.Key, package.Value))], broken);
    }

    /// <param name="version">The only one that the folder stands for; null for all of its declaration.</param>
    private static PackageReading Read(string folder, string name, string? version, List<DeclaredPackage> there)
    {
        var reading = PackageReader.Read(folder);
        if (reading is not PackageReading.Read(var declaration))
            return reading;
        if (declaration.Name != name)
            return Refused($"the package is called {declaration.Name} and its folder {name}: both must be the same");
        var versions = declaration.Versions.Where(each => version is null || each.Version == version).ToList();
        if (versions.Count == 0)
            return Refused($"the folder stands for version {version}, and the package has {string.Join(", ", declaration.Versions.Select(each => each.Version))}");
        return versions.TrueForAll(each => there.Exists(edition => edition.Version == each.Version))
            ? Refused($"there is a package {name} already, with version {string.Join(", ", versions.Select(each => each.Version))}")
            : new PackageReading.Read(declaration with { Versions = versions });
    }

    private static PackageReading.Refused Refused(string reason) => new([new PackageProblem(PackageReader.FileName, 1, 1, reason)]);
}
