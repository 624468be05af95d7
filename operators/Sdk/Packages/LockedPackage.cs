using System.Text;
using DataPlatform.Operators.Sdk.Artifacts;

namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>What a package's folder says that it needs.</summary>
/// <param name="Lock">The engine's files; empty when none are asked for.</param>
/// <param name="Python">The engine's Python environment; null when none is asked for.</param>
/// <param name="Training">Which of the engine's programs start from an archive of their classes; null when none does.</param>
public sealed record LockedPackage(string Name, string Folder, IReadOnlyList<LockedFile> Lock, Requirements? Python, ClassTraining? Training = null)
{
    public const string PomFile = "pom.xml";
    public const string LockName = "lock.sha256";
    public const string RequirementsName = "requirements.txt";

    public string PomPath => Path.Combine(Folder, PomFile);

    /// <summary>Identifies what the lock says, whatever the order of its lines.</summary>
    public Digest LockDigest => Digest.Of(Encoding.UTF8.GetBytes(
        string.Join('\n', Lock.Select(file => $"{file.Digest}  {file.FileName}").Order(StringComparer.Ordinal))));

    /// <exception cref="PackageFormatException">A file that is needed is missing or malformed; the message names it.</exception>
    public static LockedPackage Read(ArtifactNeeds needs)
    {
        if (needs.Jars && !File.Exists(Path.Combine(needs.Folder, PomFile)))
            throw new PackageFormatException($"{needs.Folder} holds no {PomFile} that {LockName} is the closure of");
        return new(
            needs.Package, needs.Folder,
            needs.Jars ? LockFile.Parse(ReadText(needs.Folder, LockName), LockName) : [],
            needs.Python ? Requirements.Parse(ReadText(needs.Folder, RequirementsName), RequirementsName) : null,
            needs.Jars ? needs.Training : null);
    }

    private static string ReadText(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        return File.Exists(path) ? File.ReadAllText(path) : throw new PackageFormatException($"{folder} holds no {file}");
    }
}
