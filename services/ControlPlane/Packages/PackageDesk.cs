using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Settings;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Packages;

/// <summary>
/// Installs and removes packages that are data: they can be launched, or no longer, at once. Versions stand side by side; what a cluster
/// runs on is neither replaced nor removed.
/// </summary>
/// <param name="found">Packages that were there when the control plane started.</param>
public sealed class PackageDesk(Catalogue catalogue, PackageUsers users, AuditLog audit, ControlPlaneSettings settings, OperatorFactory operators, IEnumerable<VersionedPackage> found)
{
    private readonly Lock changing = new();
    private readonly PackageFolders folders = new(settings.InstalledPackages);
    private readonly Dictionary<string, VersionedPackage> packages = found.ToDictionary(package => package.Name, StringComparer.Ordinal);

    /// <param name="archive">As <see cref="PackageArchive"/> packs it.</param>
    public PackageOutcome Install(ReadOnlyMemory<byte> archive, string actor)
    {
        lock (changing)
        {
            Directory.CreateDirectory(settings.InstalledPackages);
            var incoming = folders.Hidden();
            try
            {
                PackageArchive.Unpack(archive, incoming);
                return PackageReader.Read(incoming) switch
                {
                    PackageReading.Read(var declaration) => Install(new DeclaredPackage(declaration, incoming), actor),
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
                Directory.Delete(incoming, recursive: true);
            }
        }
    }

    /// <param name="version">Null for all that were installed.</param>
    public PackageOutcome Remove(string name, string? version, string actor)
    {
        lock (changing)
        {
            if (!packages.TryGetValue(name, out var package)) return RemoveOther(name, actor);
            var chosen = package.Editions.Where(edition => version is null || edition.Version == version).ToList();
            if (chosen.Count == 0) return Refused("No such version", 404, $"There are of {name}: {string.Join(", ", package.Versions)}");
            if (!chosen.Exists(folders.Holds)) return OfPlatform(name);
            chosen.RemoveAll(edition => !folders.Holds(edition));
            if (WhyKept(name, chosen) is { } refusal) return refusal;
            var left = chosen.Count == package.Editions.Count ? [] : folders.Spread(package.Editions).ToList();
            foreach (var edition in left.Count == 0 ? chosen : left.Where(edition => chosen.Exists(other => other.Version == edition.Version)).ToList())
            {
                left.Remove(edition);
                folders.Remove(edition.Folder);
            }

            if (left.Count > 0) Offer(package, left);
            else
            {
                packages.Remove(name);
                catalogue.Remove(name);
            }

            audit.Add(actor, "remove-package", name, string.Join(", ", chosen.Select(edition => edition.Version)));
            return new PackageOutcome.Removed();
        }
    }

    private PackageOutcome Install(DeclaredPackage incoming, string actor)
    {
        var name = incoming.Name;
        var package = packages.GetValueOrDefault(name);
        if (package is null && catalogue.Find(name) is not null) return OfPlatform(name);
        var kept = incoming.Versions.Select(version => (Version: version, Why: WhyKept(package, version))).Where(each => each.Why is not null).ToDictionary(each => each.Version, each => each.Why!);
        var editions = incoming.Editions.Where(edition => !kept.ContainsKey(edition.Version)).ToList();
        if (editions.Count == 0) return Refused("The package is in use", 409, $"Nothing was installed. {string.Join(" ", kept.Select(each => $"{name} {each.Key} {each.Value}."))} Give what you have changed another version, or delete them first.");
        var begun = package ?? new VersionedPackage(name, editions);
        var engine = package is null ? operators.Make(begun) : catalogue.Find(name);
        if (engine is null) return Refused("No pool is configured", 409, "This control plane launches nothing: it was started without --master.");

        if (catalogue.IsBroken(name)) folders.Remove(folders.Of(name));
        var standing = package is null ? [] : folders.Spread(package.Editions);
        var put = editions.Select(folders.Put).ToList();
        IReadOnlyList<DeclaredPackage> all = [.. standing.Where(edition => put.TrueForAll(other => other.Version != edition.Version)), .. put];
        foreach (var old in standing.Except(all).Where(old => all.All(edition => edition.Folder != old.Folder))) folders.Remove(old.Folder);
        catalogue.Mended([name, .. put.Select(edition => Path.GetFileName(edition.Folder))]);
        Offer(begun, all);
        if (package is null)
        {
            packages[name] = begun;
            catalogue.Add(engine);
        }

        audit.Add(actor, "install-package", name, string.Join(", ", put.Select(edition => edition.Version)));
        var newest = put.MaxBy(edition => edition.Version, VersionOrder.Instance)!.Version;
        return new PackageOutcome.Installed(engine.PackageOf(newest)! with { Kept = kept.Count == 0 ? null : kept });
    }

    private void Offer(VersionedPackage package, IReadOnlyList<DeclaredPackage> editions)
    {
        package.Replace(editions);
        catalogue.Renew();
    }

    private string? WhyKept(VersionedPackage? package, string version)
    {
        if (package?.Editions.FirstOrDefault(edition => edition.Version == version) is not { } there) return null;
        if (!folders.Holds(there)) return "comes with the platform";
        return users.Of(package.Name, version) is { Count: > 0 } names ? $"is what {string.Join(", ", names)} {(names.Count == 1 ? "runs" : "run")} on" : null;
    }

    private PackageOutcome.Refused? WhyKept(string name, IReadOnlyList<DeclaredPackage> leaving)
    {
        var used = leaving.Select(edition => (edition.Version, Users: users.Of(name, edition.Version))).Where(each => each.Users.Count > 0).ToList();
        return used.Count == 0 ? null : Refused(
            "The package is in use", 409, $"Clusters of {string.Join("; of ", used.Select(each => $"{name} {each.Version}: {string.Join(", ", each.Users)}"))}. Delete them first, or move them to another version (dp update CLUSTER --version VERSION).");
    }

    /// <summary>A folder that can't be read is no package, and can go.</summary>
    private PackageOutcome RemoveOther(string name, string actor)
    {
        if (catalogue.Find(name) is not null) return OfPlatform(name);
        if (!catalogue.IsBroken(name)) return Refused("No such package", 404, "There are: " + string.Join(", ", catalogue.Packages.Select(package => package.Name)));
        if (!Directory.Exists(folders.Of(name))) return OfPlatform(name);
        folders.Remove(folders.Of(name));
        catalogue.Remove(name);
        audit.Add(actor, "remove-package", name);
        return new PackageOutcome.Removed();
    }

    private static PackageOutcome.Refused OfPlatform(string name) => Refused("The package comes with the platform", 409, $"{name} was not installed, so it can be neither replaced nor removed.");

    private static PackageOutcome.Refused Refused(string title, int status, string detail) => new(new Problem(title, status, detail, null));

    private static PackageOutcome.Refused Invalid(IReadOnlyList<FieldProblem> errors) => new(new Problem("The package can't be read", 400, null, errors));
}
