using System.Runtime.InteropServices;

namespace DataPlatform.Services.Cli.Programs;

/// <summary>One of the long-running parts of the platform, a program beside this one.</summary>
public sealed partial class SiblingProgram
{
    private static readonly SiblingProgram[] All =
    [
        new("master", "dp-master", "DataPlatform.Services.Master"),
        new("agent", "dp-agent", "DataPlatform.Services.Agent"),
        new("control-plane", "dp-control-plane", "DataPlatform.Services.ControlPlane"),
    ];

    private readonly string project;

    private SiblingProgram(string command, string fileName, string project)
    {
        Command = command;
        FileName = fileName;
        this.project = project;
    }

    public static SiblingProgram Master => All[0];

    public static SiblingProgram Agent => All[1];

    public static SiblingProgram ControlPlane => All[2];

    /// <summary>How <c>dp</c> calls it.</summary>
    public string Command { get; }

    public string FileName { get; }

    public static SiblingProgram? For(string command) => Array.Find(All, program => program.Command == command);

    /// <summary>Beside this program when installed, in its own project's output when built from sources. Null when in neither.</summary>
    public string? Locate() => Candidates(AppContext.BaseDirectory).FirstOrDefault(File.Exists);

    /// <summary>Replaces this process, so signals and exit status are the program's own. Returns only when that fails.</summary>
    public int Become(string[] arguments, TextWriter error)
    {
        if (Locate() is not { } path)
        {
            error.WriteLine($"dp: {FileName} is neither beside dp nor built: looked at {string.Join(" and ", Candidates(AppContext.BaseDirectory))}");
            return ExitCode.Failed;
        }
        var environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(entry => $"{entry.Key}={entry.Value}");
        Execute(path, [path, .. arguments, null], [.. environment, null]);
        error.WriteLine($"dp: {path} can't be started: {Marshal.GetLastPInvokeErrorMessage()}");
        return ExitCode.Failed;
    }

    private IEnumerable<string> Candidates(string folder)
    {
        yield return Path.Combine(folder, FileName);
        var output = new DirectoryInfo(folder.TrimEnd('/'));
        if (output.Parent?.Parent is { } outputs) yield return Path.Combine(outputs.FullName, project, output.Name, FileName);
    }

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, string?[] arguments, string?[] environment);
}
