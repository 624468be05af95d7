using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Settings;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Packages;

/// <summary>Installs and removes packages that are data: they can be launched, or no longer, at once.</summary>
public sealed class PackageDesk(Catalogue catalogue, ClusterStore clusters, AuditLog audit, ControlPlaneSettings settings, OperatorFactory operators)
{
    private readonly Lock changing = new();

    /// <param name="archive">As <see cref="PackageArchive"/> packs it.</param>
    public PackageOutcome Install(ReadOnlyMemory<byte> archive, string actor)
    {
        lock (changing)
        {
            Directory.CreateDirectory(settings.InstalledPackages);
            // On the same file system, so that a package is there as a whole or not at all; a leading dot hides it from the scan.
            var incoming = Path.Combine(settings.InstalledPackages, $".incoming-{Guid.NewGuid():n}");
            try
            {
                Directory.CreateDirectory(incoming);
                PackageArchive.Unpack(archive, incoming);
                return PackageReader.Read(incoming) switch
                {
                    PackageReading.Read(var declaration) => Install(declaration, incoming, actor),
                    PackageReading.Refused(var problems) => Invalid([.. problems.Select(problem => new FieldProblem($"{problem.File}:{problem.Line}:{problem.Column}", problem.Message, problem.Allowed))]),
                    var other => throw new InvalidOperationException(other.ToString()),
                };
            }
            catch (InvalidDataException unreadable)
            {
                return Invalid([new FieldProblem("body", unreadable.Message, "a tar of a package's folder")]);
            }
            finally
            {
                if (Directory.Exists(incoming)) Directory.Delete(incoming, recursive: true);
            }
        }
    }

    public PackageOutcome Remove(string name, string actor)
    {
        lock (changing)
        {
            if (catalogue.Find(name) is null && !catalogue.IsBroken(name))
                return Refused("No such package", 404, "There are: " + string.Join(", ", catalogue.Packages.Select(package => package.Name)));
            if (WhyNotChange(name) is { } refusal) return refusal;
            catalogue.Remove(name);
            Directory.Delete(Folder(name), recursive: true);
            audit.Add(actor, "remove-package", name);
            return new PackageOutcome.Removed();
        }
    }

    private PackageOutcome Install(PackageDeclaration declaration, string incoming, string actor)
    {
        var folder = Folder(declaration.Name);
        var isKnown = catalogue.Find(declaration.Name) is not null || catalogue.IsBroken(declaration.Name);
        if (isKnown && WhyNotChange(declaration.Name) is { } refusal) return refusal;
        if (operators.Make(new DeclaredPackage(declaration, folder)) is not { } engine)
            return Refused("No pool is configured", 409, "This control plane launches nothing: it was started without --master.");
        catalogue.Remove(declaration.Name);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.Move(incoming, folder);
        catalogue.Add(engine);
        audit.Add(actor, "install-package", declaration.Name, string.Join(", ", declaration.Versions.Select(version => version.Version)));
        return new PackageOutcome.Installed(engine.Package);
    }

    private PackageOutcome.Refused? WhyNotChange(string name)
    {
        if (!Directory.Exists(Folder(name)))
            return Refused("The package comes with the platform", 409, $"{name} was not installed, so it can be neither replaced nor removed.");
        var users = clusters.Living().Where(cluster => cluster.Package == name).Select(cluster => cluster.Name).Order(StringComparer.Ordinal).ToList();
        return users.Count == 0 ? null : Refused("The package is in use", 409, $"Clusters of {name}: {string.Join(", ", users)}. Delete them first.");
    }

    /// <param name="name">Of a package that is known, so it is no path.</param>
    private string Folder(string name) => Path.Combine(settings.InstalledPackages, name);

    private static PackageOutcome.Refused Refused(string title, int status, string detail) => new(new Problem(title, status, detail, null));

    private static PackageOutcome.Refused Invalid(IReadOnlyList<FieldProblem> errors) => new(new Problem("The package can't be read", 400, null, errors));
}
