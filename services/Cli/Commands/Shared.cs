using System.CommandLine;

namespace DataPlatform.Services.Cli.Commands;

/// <summary>Names on the command line, and the options that several commands share.</summary>
public static class Shared
{
    public static Argument<string> Cluster() => new("cluster") { Description = "The cluster's name" };

    public static Argument<string> Blueprint() => new("blueprint") { Description = "The blueprint's name" };

    public static Option<string?> Size() => new("--size") { Description = "A size of the package, such as S, M or L ('dp packages NAME' lists them); options win over it", HelpName = "SIZE" };

    public static Option<string?> Version(string description) => new("--version") { Description = description, HelpName = "VERSION" };

    public static Option<bool> DryRun() => new("--dry-run") { Description = "Show what would change, and change nothing" };

    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do not ask" };

    public static Option<bool> EvenIfNeeded() => new("--even-if-needed") { Description = "Also when other clusters connect to it" };

    public static Option<TimeSpan> Duration(string name, string description, string standard) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        DefaultValueFactory = _ => DurationText.Parse(standard)!.Value,
        CustomParser = result =>
        {
            if (DurationText.Parse(result.Tokens[0].Value) is { } duration) return duration;
            result.AddError($"{name} takes {DurationText.Allowed}, not '{result.Tokens[0].Value}'");
            return default;
        },
    };
}
