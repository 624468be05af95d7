using System.Text.RegularExpressions;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Packages;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads versions, and the locks that they lead to.</summary>
internal sealed partial class VersionsReader(PackageFolder folder, Problems problems)
{
    private const string Field = "versions";

    public IReadOnlyList<VersionDeclaration> Versions(Fields package)
    {
        var versions = new List<VersionDeclaration>();
        foreach (var fields in package.Maps(Field))
        {
            var version = Version(fields);
            fields.Done();
            if (versions.Exists(each => each.Version == version.Version))
                problems.Add(fields.At("version"), $"the version {version.Version} is there twice");
            versions.Add(version);
        }

        if (versions.Count == 0)
            problems.Add(package.At(Field), $"{Field} must list at least one version", "a list of mappings with version and what it needs");
        return versions;
    }

    private VersionDeclaration Version(Fields fields)
    {
        var version = fields.Text("version", Names.Version(), "1 to 40 letters, digits, dots, dashes, underscores and plus signs");
        var place = fields.Optional("folder", Names.Path(), Names.PathAllowed) ?? "";
        var maven = fields.Optional("maven", Names.Path(), Names.PathAllowed);
        var python = fields.Optional("python", Names.Path(), Names.PathAllowed);
        var program = fields.Optional("program", Names.Program(), "an absolute path");
        if (program is not null && !program.StartsWith('/'))
            problems.Add(fields.At("program"), $"{fields.Of("program")} is a program of the host", "an absolute path");
        var debian = fields.Optional("debian", Debian(), "the name of a package of Debian's");
        var artifacts = new ArtifactDeclaration(place, maven, python, Archive(fields), program, debian)
        {
            Alternative = Alternative(fields, maven, python),
        };
        if (artifacts is { Maven: null, Python: null, Archive: null, Program: null })
            problems.Add(fields.Node, $"the version {version} says not where the engine comes from", "at least one of maven, python, archive, program");
        if (program is not null && debian is null)
            problems.Add(fields.At("program"), $"{fields.Of("program")} is given without how people get it", "debian: the package of Debian's that brings it");
        if (maven is not null || python is not null)
            Lock(fields, artifacts);
        return new VersionDeclaration(version, artifacts);
    }

    private AlternativeDeclaration? Alternative(Fields version, string? maven, string? python)
    {
        if (version.Map("alternative") is not { } fields)
            return null;
        var without = fields.Choice("without", "", "maven", "python");
        if (!fields.Has("without"))
            problems.Add(fields.Node, $"{fields.Of("without")} is missing", "maven, python");
        else if ((without == "maven" ? maven : python) is null && without.Length > 0)
            problems.Add(fields.At("without"), $"{fields.Of("without")}: the version has no {without}", "what it has of maven, python");
        var why = fields.Text("why", Line(), "one line without a full stop at its end");
        fields.Done();
        return new AlternativeDeclaration(without == "maven", why);
    }

    private ArchiveArtifact? Archive(Fields version)
    {
        if (version.Map("archive") is not { } fields)
            return null;
        var url = fields.Text("url");
        var digest = fields.Text("sha256", Sha256(), "64 hexadecimal digits in small letters");
        var path = fields.Text("path", Names.Path(), Names.PathAllowed);
        var unpack = fields.Flag("unpack");
        fields.Done();
        if (url.Length == 0)
            return null;
        if (Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address is { Fragment: "", UserInfo: "" })
            return new ArchiveArtifact(address, digest, path, unpack);
        problems.Add(fields.At("url"), $"{fields.Of("url")} can't be '{Problems.Short(url)}'", "an http or https address without a fragment and without a password");
        return null;
    }

    private void Lock(Fields fields, ArtifactDeclaration artifacts)
    {
        var of = artifacts.Folder.Length == 0 ? "" : artifacts.Folder + "/";
        if (artifacts.Maven is not null)
        {
            Readable(of + LockedPackage.PomFile, fields, "maven", static (_, _) => { });
            Readable(of + LockedPackage.LockName, fields, "maven", static (text, source) => LockFile.Parse(text, source));
        }

        if (artifacts.Python is not null)
            Readable(of + LockedPackage.RequirementsName, fields, "python", static (text, source) => Requirements.Parse(text, source));
    }

    private void Readable(string file, Fields fields, string field, Action<string, string> parse)
    {
        if (folder.Text(file, out var why) is not { } text)
        {
            problems.Add(fields.At(field), $"{fields.Of(field)}: {why}");
            return;
        }

        try
        {
            parse(text, file);
        }
        catch (PackageFormatException malformed)
        {
            var place = Place().Match(malformed.Message);
            var line = place.Success ? int.Parse(place.Groups["line"].Value, System.Globalization.CultureInfo.InvariantCulture) : 1;
            problems.Add(new PackageProblem(file, line, 1, place.Success ? place.Groups["rest"].Value : malformed.Message));
        }
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9.+-]{1,79}\z")]
    private static partial Regex Debian();

    [GeneratedRegex(@"\A[^\p{Cc}]{0,299}[^\p{Cc}.]\z")]
    private static partial Regex Line();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex Sha256();

    [GeneratedRegex(@"\A[^:]+:(?<line>[0-9]{1,9}): (?<rest>.*)\z")]
    private static partial Regex Place();
}
