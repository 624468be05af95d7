namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>
/// Environment variables that hold paths inside the sandbox. Only the agent knows where a sandbox is, and tells the task in MESOS_SANDBOX;
/// a fixed script sets the variables and becomes the task's program. Program and arguments reach it as arguments, so no shell reads them.
/// </summary>
public static class SandboxPaths
{
    private const string ScriptPath = "in-sandbox.sh";

    /// <param name="paths">Names of variables, with paths relative to the sandbox.</param>
    /// <param name="script">Where the script stands; another one where the command has such a script already.</param>
    public static TaskCommand Within(TaskCommand command, IReadOnlyDictionary<string, string> paths, string script = ScriptPath)
    {
        foreach (var (name, path) in paths)
        {
            if (!name.All(character => char.IsAsciiLetterUpper(character) || char.IsAsciiDigit(character) || character == '_'))
                throw new ArgumentException($"{name} is no name of a variable", nameof(paths));
            if (!path.All(character => char.IsAsciiLetterOrDigit(character) || "/._-".Contains(character, StringComparison.Ordinal)))
                throw new ArgumentException($"{path} is no path that needs no quoting", nameof(paths));
        }

        var exports = paths.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{pair.Key}=\"$MESOS_SANDBOX/{pair.Value}\"; export {pair.Key}\n");
        return command with
        {
            Program = "/bin/sh",
            Arguments = [script, command.Program, .. command.Arguments],
            Files = [.. command.Files, new GeneratedFile(script, string.Concat(exports) + "exec \"$@\"\n")],
        };
    }
}
