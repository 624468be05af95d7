using System.Text.RegularExpressions;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Cli.Contexts;

/// <summary>
/// Configurations by name, in a folder beside the one that <c>dp</c> uses: each is a file as a control plane writes it. The one that is
/// used stays a file of its own, which whoever wrote it may write again.
/// </summary>
public sealed partial class ContextFiles(string used)
{
    public const string NameAllowed = "1 to 40 small letters, digits, dots, dashes and underscores, beginning with a letter or a digit";

    private const string Ending = ".json";
    private readonly string folder = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(used))!, "contexts");

    public IReadOnlyList<string> Names => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, "*" + Ending).Select(Path.GetFileNameWithoutExtension).OfType<string>().Where(IsName).Order(StringComparer.Ordinal)] : [];

    /// <exception cref="UsageException">There is none of that name.</exception>
    public ControlPlaneAddress Read(string name) => ControlPlaneAddress.Read(Existing(name));

    /// <summary>What <c>dp</c> uses; null without a file that says it.</summary>
    public ControlPlaneAddress? Used()
    {
        try
        {
            return ControlPlaneAddress.Read(used);
        }
        catch (UnreachableException)
        {
            return null;
        }
    }

    /// <param name="file">A configuration; null for the one that is used.</param>
    /// <exception cref="UsageException">The name can't be, or is taken.</exception>
    public void Add(string name, string? file)
    {
        if (!IsName(name)) throw new UsageException($"a context can't be called '{name}' (allowed: {NameAllowed})");
        if (File.Exists(FileOf(name))) throw new UsageException($"there is a context {name} already; 'dp context remove {name}' removes it");
        _ = ControlPlaneAddress.Read(file ?? used);
        Directory.CreateDirectory(folder, AtomicFile.OwnerFolder);
        AtomicFile.Write(FileOf(name), File.ReadAllBytes(file ?? used));
    }

    /// <exception cref="UsageException">There is none of that name, or what is used now would be lost.</exception>
    public void Use(string name)
    {
        var wanted = Read(name);
        if (Used() is { } now && now != wanted && !Names.Any(known => Read(known) == now))
            throw new UsageException($"{used} is of no context and would be lost; 'dp context add NAME' keeps it");
        AtomicFile.Write(used, File.ReadAllBytes(FileOf(name)));
    }

    /// <exception cref="UsageException">There is none of that name.</exception>
    public void Remove(string name) => File.Delete(Existing(name));

    private static bool IsName(string name) => NameForm().IsMatch(name);

    private string FileOf(string name) => Path.Combine(folder, name + Ending);

    private string Existing(string name) => Names.Contains(name) ? FileOf(name)
        : throw new UsageException($"there is no context {name}; there {(Names.Count == 0 ? "is none" : $"are {string.Join(", ", Names)}")}{(Nearest.To(name, Names) is { } meant ? $". Did you mean '{meant}'?" : "")}");

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,39}\z")]
    private static partial Regex NameForm();
}
