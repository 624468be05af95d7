using DataPlatform.Operators.Sdk.Packages;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>A Java program: its class path begins with all jars of the version's lock.</summary>
/// <param name="Main">The main class.</param>
/// <param name="Heap">In MiB.</param>
/// <param name="Options">Of the virtual machine, beside those of the package.</param>
/// <param name="ClassPath">What stands behind the jars, relative to the sandbox.</param>
/// <param name="Archive">How it is found out which classes it loads; null when it starts without an archive of them.</param>
public sealed record JavaDeclaration(
    string Main, Amount Heap, IReadOnlyList<Template> Options, IReadOnlyList<Template> Arguments, IReadOnlyList<string> ClassPath, ClassArchiveDeclaration? Archive);

/// <summary>How it is found out which classes a program loads.</summary>
public abstract record ClassArchiveDeclaration
{
    private ClassArchiveDeclaration() { }

    /// <summary>The program is run once, by itself and for no cluster.</summary>
    /// <param name="Arguments">In the place of the program's own.</param>
    /// <param name="Environment">In the place of variables that hold values.</param>
    /// <param name="Ready">Stands in a line that it writes when it serves.</param>
    /// <param name="Ports">Free ones for it, by which arguments and files may name them.</param>
    /// <param name="Files">What it finds in its folder, by path.</param>
    /// <param name="Script">The one of the files that gets the whole line as its arguments; null when the line is run as it is.</param>
    public sealed record Trained(
        IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string Ready, IReadOnlyList<string> Ports, IReadOnlyDictionary<string, TrainedFile> Files, string? Script)
        : ClassArchiveDeclaration;

    /// <summary>It loads nearly the same classes as another task's program.</summary>
    /// <param name="Program">The pod's name, with the task's behind a hyphen where that has one.</param>
    public sealed record Of(string Program) : ClassArchiveDeclaration;
}
