using System.CommandLine;
using DataPlatform.Services.Cli.Completion;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli.Commands;

public static class CompletionCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var shell = new Argument<string>("shell") { Description = $"One of {string.Join(", ", CompletionScript.Of.Keys)}" };
        shell.AcceptOnlyFromAmong([.. CompletionScript.Of.Keys]);
        var command = new ExampledCommand("completion", "Prints what a shell reads to complete commands, options and names of clusters", "source <(dp completion bash)", "source <(dp completion zsh)", "dp completion fish > ~/.config/fish/completions/dp.fish") { shell };
        command.SetAction(async (parsed, _) =>
        {
            await surroundings.Output.WriteAsync(CompletionScript.Of[parsed.GetRequiredValue(shell)]);
            return ExitCode.Done;
        });
        return command;
    }
}
