using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using DataPlatform.Services.Cli.Commands;
using DataPlatform.Services.Cli.Completion;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli;

/// <summary>All commands of <c>dp</c>.</summary>
public static class CommandTree
{
    public static async Task<int> RunAsync(string[] args, Surroundings surroundings, CancellationToken cancellation)
    {
        var root = Create(surroundings);
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var error = ErrorOutput.Of(surroundings, parsed);
        if (Misunderstanding.Of(parsed) is { Count: > 0 } misunderstood)
        {
            await error.WriteAsync(misunderstood, $"'{CommandPath(parsed)} --help' shows what is understood.");
            return ExitCode.Usage;
        }

        var configuration = new InvocationConfiguration
        {
            Output = surroundings.Output, Error = surroundings.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
        };
        return await Failures.ToExitCodeAsync(() => parsed.InvokeAsync(configuration, cancellation), error, cancellation);
    }

    public static RootCommand Create(Surroundings surroundings)
    {
        var root = new RootCommand("Launches data engines on a shared pool of hosts, and shows what they do.")
        {
            OutputOption.Instance,
            LaunchCommand.Create(surroundings),
            ClustersCommand.Create(surroundings),
            ClusterCommand.Create(surroundings),
            LogsCommand.Create(surroundings),
            ExecCommand.Create(surroundings),
            WhyCommand.Create(surroundings),
            ExtendCommand.Create(surroundings),
            UpdateCommand.Create(surroundings),
            UpdateCommand.CreateRollback(surroundings),
            TargetsCommand.Create(surroundings),
            DeleteCommand.Create(surroundings),
            UpCommand.Create(surroundings),
            DownCommand.Create(surroundings),
            NotebookCommand.Create(surroundings),
            LakeCommand.Create(surroundings),
            SqlCommand.Create(surroundings),
            PoolCommand.Create(surroundings),
            PackagesCommand.Create(surroundings),
            PackageCommand.Create(surroundings),
            LoginCommand.Create(surroundings),
            ReplayCommand.Create(surroundings),
            QuickstartCommand.Create(surroundings),
            ContextCommand.Create(surroundings),
            DoctorCommand.Create(surroundings),
            CompletionCommand.Create(surroundings),
        };
        root.SetAction(async (_, _) =>
        {
            await FirstSteps.WriteAsync(surroundings);
            return ExitCode.Done;
        });
        foreach (var command in BlueprintCommands.Create(surroundings)) root.Add(command);
        foreach (var command in LifeCommands.Create(surroundings)) root.Add(command);
        foreach (var command in OperationCommands.Create(surroundings)) root.Add(command);
        foreach (var command in AccessCommands.Create(surroundings)) root.Add(command);
        foreach (var command in PartCommands.Create()) root.Add(command);
        foreach (var directive in root.Directives.OfType<SuggestDirective>()) directive.Action = new SuggestAction();
        foreach (var option in root.Options.OfType<HelpOption>()) option.Action = new HelpWithExamples((HelpAction)option.Action!);
        return root;
    }

    private static string CommandPath(ParseResult parsed)
    {
        var names = new List<string>();
        for (var at = parsed.CommandResult; at.Parent is System.CommandLine.Parsing.CommandResult above; at = above) names.Insert(0, at.Command.Name);
        return string.Join(' ', names.Prepend("dp"));
    }
}
