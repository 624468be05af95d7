namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>How a package's Java programs are run once, so that the classes that they load are known.</summary>
/// <param name="Jars">Where the jars lie, as in a sandbox: the class path must be the same there.</param>
public sealed record ClassTraining(string Jars, IReadOnlyList<TrainedProgram> Programs);

/// <param name="Options">Of the virtual machine, as the tasks have them.</param>
/// <param name="Arguments">The main class and what that is given. It must not listen on a fixed port.</param>
/// <param name="Ready">Stands in a line that the program writes when it serves.</param>
public sealed record TrainedProgram(
    string Name, IReadOnlyList<string> Options, string ClassPath, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string Ready);
