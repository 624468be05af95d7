using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Launching;

/// <summary>What a CommandInfo comes down to: a program and its words.</summary>
public static class CommandLine
{
    private const string Shell = "/bin/sh";

    /// <summary>
    /// By a shell only when the command asks for one (its default). Otherwise value is the program and arguments its whole
    /// argument vector, the name it is called by first.
    /// </summary>
    public static IReadOnlyList<string> Of(CommandInfo command)
    {
        if (command.Shell)
            return [Shell, "-c", command.Value];
        var name = command.Arguments.Count > 0 ? command.Arguments[0] : command.Value;
        var rest = command.Arguments.Skip(1);
        return name == command.Value || name == Path.GetFileName(command.Value)
            ? [command.Value, .. rest]
            // A name of its own (a program that acts by how it is called) is something that only bash's exec can give.
            : ["/bin/bash", "-c", "exec -a \"$1\" \"${@:2}\"", "bash", name, command.Value, .. rest];
    }
}
