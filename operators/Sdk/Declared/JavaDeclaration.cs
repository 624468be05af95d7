namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>A Java program: its class path begins with all jars of the version's lock.</summary>
/// <param name="Main">The main class.</param>
/// <param name="Heap">In MiB.</param>
/// <param name="Options">Of the virtual machine, beside those of the package.</param>
/// <param name="ClassPath">What stands behind the jars, relative to the sandbox.</param>
/// <param name="Archive">How it is found out which classes it loads; null when it starts without an archive of them.</param>
public sealed record JavaDeclaration(
    string Main, Amount Heap, IReadOnlyList<Template> Options, IReadOnlyList<Template> Arguments, IReadOnlyList<string> ClassPath, ClassArchiveDeclaration? Archive);

/// <summary>How the program is run once, by itself and for no cluster, for its classes to be known.</summary>
/// <param name="Arguments">In the place of the program's own.</param>
/// <param name="Environment">In the place of variables that hold values.</param>
/// <param name="Ready">Stands in a line that it writes when it serves.</param>
public sealed record ClassArchiveDeclaration(IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string Ready);
