using System.Reflection;
using DataPlatform.Operators.Sdk;

namespace DataPlatform.Services.ControlPlane.Operators;

/// <summary>Finds the packages that were built with this program: a new operator is a new folder, and nothing here names it.</summary>
public static class PackageDiscovery
{
    public static IReadOnlyList<ServicePackage> Find(string folder, Action<string> unusable)
    {
        var packages = new List<ServicePackage>();
        foreach (var file in Directory.EnumerateFiles(folder, "DataPlatform.Operators.*.dll").Order(StringComparer.Ordinal))
        {
            var assembly = Assembly.Load(new AssemblyName(Path.GetFileNameWithoutExtension(file)));
            // The Sdk's own subclass is what declarations become.
            foreach (var type in assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(ServicePackage)) && !type.IsAbstract && assembly != typeof(ServicePackage).Assembly))
            {
                try
                {
                    var package = (ServicePackage)Activator.CreateInstance(type)!;
                    if (package.Description.Name != package.Name) throw new InvalidDataException($"package.json calls it {package.Description.Name}");
                    packages.Add(package);
                }
                catch (Exception error) when (error is InvalidDataException or MissingMethodException or TargetInvocationException)
                {
                    unusable($"{type.FullName} is left out: {error.Message}");
                }
            }
        }

        return packages;
    }
}
