using System.CommandLine;
using DataPlatform.Services.Cli.Completion;

namespace DataPlatform.Services.Cli.Commands;

/// <summary>Names on the command line, and the options that several commands share.</summary>
public static class Shared
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(30);

    public static Argument<string> Cluster(Surroundings surroundings) => new("cluster") { Description = "The cluster's name", CompletionSources = { _ => KnownNames.Clusters(surroundings) } };

    public static Argument<string> Task(Surroundings surroundings) =>
        new("task") { Description = "CLUSTER/TASK, such as trial/worker-0", CompletionSources = { context => KnownNames.Tasks(surroundings, context.WordToComplete) } };

    public static Argument<string> Blueprint() => new("blueprint") { Description = "The blueprint's name" };

    public static Option<string?> Size() => new("--size") { Description = "A size of the package, such as S, M or L ('dp packages NAME' lists them); options win over it", HelpName = "SIZE" };

    public static Option<string?> Version(string description) => new("--version") { Description = description, HelpName = "VERSION" };

    public static Option<bool> DryRun() => new("--dry-run") { Description = "Show what would change, and change nothing" };

    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do not ask" };

    public static Option<bool> EvenIfNeeded() => new("--even-if-needed") { Description = "Also when other clusters connect to it" };

    public static Option<TimeSpan> Timeout(string description, string standard) => Duration("--timeout", description, standard, LongestWait);

    /// <param name="most">Null where the control plane knows the bound.</param>
    public static Option<TimeSpan> Duration(string name, string description, string standard, TimeSpan? most = null) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        DefaultValueFactory = _ => DurationText.Parse(standard)!.Value,
        CustomParser = result =>
        {
            var duration = DurationText.Parse(result.Tokens[0].Value);
            if (duration is { } read && !(read > most)) return read;
            result.AddError($"{name} takes {DurationText.Allowed}{(duration is null ? "" : $", and at most {most?.Days}d")}, not '{result.Tokens[0].Value}'");
            return default;
        },
    };
}
