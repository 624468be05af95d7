using System.CommandLine;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;
using DataPlatform.Services.Cli.Terminals;

namespace DataPlatform.Services.Cli.Commands;

public static class ExecCommand
{
    private static readonly ExecWindow UsualWindow = new(24, 80);

    public static Command Create(Surroundings surroundings)
    {
        var task = Shared.Task(surroundings);
        var words = new Argument<string[]>("command") { Description = "The program and its arguments, after --; a shell with a terminal when there is none", Arity = ArgumentArity.ZeroOrMore };
        var terminal = new Option<bool>("--tty", "-t") { Description = "Give the command a terminal: colours, line editing, Ctrl-C" };
        var interactive = new Option<bool>("--interactive", "-i") { Description = "Pass on what is typed; what is piped in always is, and with --tty too" };
        var command = new ExampledCommand(
            "exec", "Runs a command beside a task, as its user, within its limits and in its sandbox. Ends with the command's exit code, or with "
                + $"{ExitCode.NotRun} when it could not be run",
            "dp exec trial/worker-0                            a shell there", "dp exec trial/worker-0 -- ls -l", "dp exec trial/worker-0 -t -- top",
            "dp exec trial/worker-0 -- cat stdout | less", "echo 'select 1' | dp exec trial/worker-0 -- cat") { task, words, terminal, interactive };
        command.SetAction((parsed, cancellation) =>
        {
            var named = parsed.GetValue(words) is { Length: > 0 } given ? given : null;
            var withTerminal = parsed.GetValue(terminal) || (named is null && LocalTerminal.IsInput && LocalTerminal.IsOutput);
            var withInput = withTerminal || parsed.GetValue(interactive) || !LocalTerminal.IsInput;
            var request = new ExecRequest(
                named ?? ["sh"], withTerminal ? LocalTerminal.Size() ?? UsualWindow : null, withTerminal ? surroundings.Environment("TERM") : null);
            return RunAsync(surroundings, ErrorOutput.Of(surroundings, parsed), parsed.GetRequiredValue(task), request, withInput, cancellation);
        });
        return command;
    }

    /// <summary>A command may end with any code, so none of this program's own is told for what it says of itself, but for one.</summary>
    private static async Task<int> RunAsync(Surroundings surroundings, ErrorOutput error, string task, ExecRequest request, bool input, CancellationToken cancellation)
    {
        var (cluster, name) = LogsCommand.Split(task);
        int? ended = null;
        var own = await Failures.ToExitCodeAsync(async () =>
        {
            using var client = surroundings.Connect();
            using var socket = await client.ExecAsync(cluster, name, request, cancellation);
            var end = await new RemoteCommand(socket).RunAsync(request.Terminal is not null, input, cancellation);
            if (end.Problem is { } problem) throw new RefusedException(problem);
            ended = end.ExitCode;
            return ExitCode.Done;
        }, error, cancellation);
        return ended ?? (own == ExitCode.Interrupted ? own : ExitCode.NotRun);
    }
}
