using System.CommandLine;
using System.CommandLine.Parsing;

namespace DataPlatform.Services.Cli;

/// <summary>Options that a command takes: its own, and those of all commands.</summary>
public static class CommandOptions
{
    /// <summary>Their long names.</summary>
    public static IEnumerable<string> Names(CommandResult command) =>
        command.Command.Options.Concat(Above(command).SelectMany(above => above.Options).Where(option => option.Recursive))
            .SelectMany(option => option.Aliases.Append(option.Name)).Where(name => name.StartsWith("--", StringComparison.Ordinal));

    private static IEnumerable<Command> Above(CommandResult command)
    {
        for (var at = command.Parent as CommandResult; at is not null; at = at.Parent as CommandResult) yield return at.Command;
    }
}
