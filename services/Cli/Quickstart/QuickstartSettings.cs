using System.Security.Cryptography;
using System.Text;

namespace DataPlatform.Services.Cli.Quickstart;

/// <summary>What one quickstart is asked to do.</summary>
/// <param name="Directory">Kept between runs: store, caches and lake; <c>run</c> in it is made anew.</param>
/// <param name="Port">The console's; null takes 8080 or, where that is taken, any free one.</param>
/// <param name="Exit">End after the main job instead of waiting for Ctrl-C.</param>
public sealed record QuickstartSettings(string Directory, string? MavenRepository, string? Wheels, int? Port, bool Exit)
{
    public const string FileOfLog = "log";

    public string Run => Path.Combine(Directory, "run");

    public string Secrets => Path.Combine(Directory, "run", "secrets");

    public string Store => Path.Combine(Directory, "store");

    public string Cache => Path.Combine(Directory, "cache");

    public string Lake => Path.Combine(Directory, "lake");

    public string CliConfig => Path.Combine(Directory, "run", "cli.json");

    /// <summary>Of this directory alone: another quickstart on the machine has its own.</summary>
    public string CgroupRoot => $"dataplatform-quickstart-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Directory)))[..8]}";

    public string PartDirectory(string part) => Path.Combine(Run, part);

    public static string DefaultDirectory(Func<string, string?> environment)
    {
        var data = environment("XDG_DATA_HOME") is { Length: > 0 } named
            ? named
            : Path.Combine(environment("HOME") is { Length: > 0 } home ? home : "/var/lib", ".local", "share");
        return Path.Combine(data, "dataplatform", "quickstart");
    }
}
