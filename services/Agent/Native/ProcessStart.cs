using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Native;

/// <summary>What <see cref="Spawn"/> is to start. Standard input is empty unless it is given; every descriptor that is not named here is closed.</summary>
/// <param name="Program">An absolute path.</param>
/// <param name="Arguments">The whole argument vector, the program's name first.</param>
/// <param name="Descriptors">Becomes 1, 2, 3 ... of the program; null: what is written to it is lost.</param>
internal sealed record ProcessStart(
    string Program,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Environment,
    string WorkingDirectory,
    IReadOnlyList<SafeFileHandle?> Descriptors)
{
    /// <summary>What a thread of its own does before it starts the program, which thereby starts with that thread's rights; null: this process's.</summary>
    public SystemCalls? Before { get; init; }

    /// <summary>The file that it reads; by default an empty one.</summary>
    public string InputFile { get; init; } = "/dev/null";

    /// <summary>Becomes its standard input, instead of a file.</summary>
    public SafeFileHandle? Input { get; init; }

    /// <summary>The path of a terminal that controls it and that it reads from and writes to, instead of the first two descriptors.</summary>
    public string? Terminal { get; init; }
}
