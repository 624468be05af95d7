using System.Text.RegularExpressions;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.Engines;

/// <summary>
/// Somebody at this machine who pastes what a cluster's page shows, in one folder and with <c>dp</c> at hand. Where one snippet tells of the environment it is taken first; where none does, Python is pasted into a
/// notebook that is connected to the cluster. Programs of Java and C# say in their first line how they are run.
/// </summary>
internal sealed partial class PastedSnippets(PlatformProcesses platform)
{
    public const string Surroundings = "Environment";

    private const string Notebook = "pasted.ipynb";
    private static readonly string Jars = Path.Combine(EngineArtifacts.Cache, "mirror", "maven");

    private readonly string folder = Directory.CreateDirectory(Path.Combine(platform.Shared, "pasted")).FullName;
    private readonly Dictionary<string, string> environment = new()
    {
        ["DP_CONFIG"] = platform.CliConfig, ["PATH"] = $"{CommandLine}:{Environment.GetEnvironmentVariable("PATH")}", ["DOTNET_NOLOGO"] = "1", ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
    };

    private static string CommandLine
    {
        get
        {
            var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
            return Path.Combine(output.Parent!.Parent!.FullName, "DataPlatform.Services.Cli", output.Name);
        }
    }

    /// <returns>The name of a notebook that is to be run first, or nothing.</returns>
    public string IntoNotebook(IReadOnlyList<SnippetView> snippets)
    {
        if (snippets.Any(snippet => snippet.Title == Surroundings)) return "";
        Clusters.WriteNotebook(platform.Lake, Notebook, snippets.Single(snippet => snippet.Language == "python").Text);
        return Notebook;
    }

    /// <returns>By title, of those that are programs: what each wrote, or why this machine can't run it.</returns>
    public async Task<IReadOnlyDictionary<string, (string? Said, string? WhyNot)>> RunAsync(IReadOnlyList<SnippetView> snippets)
    {
        var given = snippets.FirstOrDefault(snippet => snippet.Title == Surroundings);
        if (given is not null) await TakeAsync(given);
        var ran = new Dictionary<string, (string? Said, string? WhyNot)>();
        foreach (var snippet in snippets.Where(snippet => snippet != given))
        {
            var (ended, whyNot) = snippet.Language switch
            {
                "shell" or "bash" => await ShellAsync(snippet.Text),
                "python" when given is null => (new EndedProgram(0, Clusters.Printed(platform.Lake, Notebook), ""), null),
                "python" => (await PythonAsync(snippet.Text), null),
                "java" => await JavaAsync(snippet.Text),
                "csharp" => await CSharpAsync(snippet.Text),
                _ => (null, null),
            };
            whyNot ??= ended is null ? null : Missing().Match(ended.Error + ended.Output) is { Success: true } missing ? missing.Value : null;
            if (whyNot is null && ended is null) continue;
            if (whyNot is null) ended!.ExitCode.ShouldBe(0, $"{snippet.Title}:\n{snippet.Text}\n{ended.Output}\n{ended.Error}");
            ran[snippet.Title] = (whyNot is null ? ended!.Output : null, whyNot);
        }

        return ran;
    }

    /// <summary>What a shell has in its environment afterwards all of the others have.</summary>
    private async Task TakeAsync(SnippetView snippet)
    {
        var ended = await ProgramAsync("/bin/bash", ["-euc", snippet.Text + "\nexec env -0"]);
        ended.ExitCode.ShouldBe(0, ended.Error);
        foreach (var variable in ended.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(each => each.Split('=', 2)))
            environment[variable[0]] = variable[1];
    }

    private async Task<(EndedProgram?, string?)> ShellAsync(string text) => text.Split(' ')[0] is "redis-cli" or "psql" && !OnPath(text.Split(' ')[0])
        ? (null, $"{text.Split(' ')[0]} is not on this machine")
        : (await ProgramAsync("/bin/bash", ["-euc", text]), null);

    /// <summary>With the packages of JupyterLab's own environment.</summary>
    private async Task<EndedProgram> PythonAsync(string text)
    {
        environment["PYTHONPATH"] = Directory.EnumerateDirectories(Path.Combine(platform.Root, "cache"), "site-packages", SearchOption.AllDirectories).First(packages => Directory.Exists(Path.Combine(packages, "jupyterlab")));
        return await ProgramAsync("/usr/bin/python3", ["-"], text);
    }

    private async Task<(EndedProgram?, string?)> JavaAsync(string text)
    {
        var line = JavaLine().Match(text);
        line.Success.ShouldBeTrue(text);
        var jars = new List<string>();
        foreach (var name in line.Groups["jars"].Value.Split(':'))
        {
            if (!Directory.Exists(Jars) || Directory.EnumerateFiles(Jars, name, SearchOption.AllDirectories).FirstOrDefault() is not { } jar) return (null, $"{name} is not among this machine's jars");
            jars.Add(jar);
        }

        return (await FileAsync(line.Groups["file"].Value, text, "java", "-cp", string.Join(':', jars)), null);
    }

    private async Task<(EndedProgram?, string?)> CSharpAsync(string text)
    {
        var line = CSharpLine().Match(text);
        line.Success.ShouldBeTrue(text);
        return (await FileAsync(line.Groups["file"].Value, text, "dotnet", "run"), null);
    }

    private async Task<EndedProgram> FileAsync(string name, string text, string program, params string[] arguments)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, name), text);
        return await ProgramAsync(program, [.. arguments, name]);
    }

    private Task<EndedProgram> ProgramAsync(string program, IEnumerable<string> arguments, string input = "") =>
        EndedProgram.RunAsync(program, arguments, folder, environment, input);

    private static bool OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(place => File.Exists(Path.Combine(place, program)));

    /// <summary>What Python and NuGet say of a library that can't be had here.</summary>
    [GeneratedRegex("ModuleNotFoundError: No module named '[^']+'|error NU1(101|102|103|301): [^\n]*")]
    private static partial Regex Missing();

    [GeneratedRegex(@"\A// java -cp (?<jars>\S+) (?<file>\w+\.java)\n")]
    private static partial Regex JavaLine();

    [GeneratedRegex(@"\A// dotnet run (?<file>\w+\.cs)\n")]
    private static partial Regex CSharpLine();
}
