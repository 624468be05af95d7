using System.Text.Json.Serialization;

namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>How a package's Java programs are run once, so that the classes that they load are known.</summary>
/// <param name="Jars">Where the jars lie, as in a sandbox: the class path must be the same there.</param>
public sealed record ClassTraining(string Jars, IReadOnlyList<TrainedProgram> Programs);

/// <param name="Options">Of the virtual machine, as the tasks have them.</param>
/// <param name="Arguments">The main class and what that is given.</param>
/// <param name="Ready">Stands in a line that the program writes when it serves.</param>
public sealed record TrainedProgram(
    string Name, IReadOnlyList<string> Options, string ClassPath, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string Ready)
{
    /// <summary>Names of ports that nobody else listens on, which arguments and files name as <c>{{ ports.NAME }}</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Ports { get; init; }

    /// <summary>What lies in its folder, by path.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, TrainedFile>? Files { get; init; }

    /// <summary>One of the files, run by a shell with the whole line as its arguments.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Script { get; init; }
}

/// <param name="IsTemplate">Whether it names ports; a text that is none is left as it is, whatever it looks like.</param>
public sealed record TrainedFile(string Text, bool IsTemplate);
