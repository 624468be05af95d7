using DataPlatform.Operators.Sdk.Declared;

namespace DataPlatform.Services.ControlPlane.Packages;

/// <summary>The packages of some folders that are data: every folder in them that holds a <c>package.yaml</c>.</summary>
public sealed record PackageScan(IReadOnlyList<DeclaredPackage> Packages, IReadOnlyList<BrokenPackage> Broken)
{
    /// <param name="taken">Names of packages that are there already; a declaration beside a class is the class's own.</param>
    /// <param name="folders">What an earlier one has hides what a later one has.</param>
    public static PackageScan Of(IEnumerable<string> folders, IEnumerable<string> taken)
    {
        var names = taken.ToHashSet(StringComparer.Ordinal);
        var classes = names.ToHashSet(StringComparer.Ordinal);
        var packages = new List<DeclaredPackage>();
        var broken = new List<BrokenPackage>();
        foreach (var folder in folders.Where(Directory.Exists).SelectMany(each => Directory.EnumerateDirectories(each).Order(StringComparer.Ordinal)))
        {
            var name = Path.GetFileName(folder);
            if (name.StartsWith('.') || classes.Contains(name) || !File.Exists(Path.Combine(folder, PackageReader.FileName)))
                continue;
            switch (Read(folder, name, names))
            {
                case PackageReading.Read(var declaration):
                    names.Add(name);
                    packages.Add(new DeclaredPackage(declaration, folder));
                    break;
                case PackageReading.Refused(var problems):
                    broken.Add(new BrokenPackage(name, problems));
                    break;
            }
        }

        return new PackageScan(packages, broken);
    }

    private static PackageReading Read(string folder, string name, HashSet<string> taken)
    {
        if (taken.Contains(name))
            return Refused($"there is a package {name} already");
        var reading = PackageReader.Read(folder);
        return reading is PackageReading.Read(var declaration) && declaration.Name != name ? Refused($"the package is called {declaration.Name} and its folder {name}: both must be the same") : reading;
    }

    private static PackageReading.Refused Refused(string reason) => new([new PackageProblem(PackageReader.FileName, 1, 1, reason)]);
}
