using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Terminals;
using Spectre.Console;

namespace DataPlatform.Services.Cli;

/// <summary>What a command sees of the world: where it writes, its environment and the clock.</summary>
/// <param name="Interactive">Whether what it writes is seen on a terminal: progress is drawn live and tables have borders.</param>
public sealed record Surroundings(TextWriter Output, TextWriter Error, Func<string, string?> Environment, bool Interactive, TimeProvider Time)
{
    /// <summary>Who can be asked; null where nobody can.</summary>
    public Person? Person { get; init; }

    public static Surroundings OfThisProcess() => new(Console.Out, Console.Error, System.Environment.GetEnvironmentVariable, !Console.IsOutputRedirected, TimeProvider.System)
    {
        Person = Person.AtThisTerminal(),
    };

    public string ConfigurationFile => ControlPlaneAddress.DefaultFile(Environment);

    /// <param name="patience">For one answer; null for the usual.</param>
    /// <exception cref="UnreachableException">No configuration says where the control plane is.</exception>
    public ControlPlaneClient Connect(TimeSpan? patience = null) => new(ControlPlaneAddress.Read(ConfigurationFile), patience);

    /// <summary>Asks who sits at the terminal.</summary>
    /// <exception cref="NobodyToAskException">Nobody does.</exception>
    public Task<bool> ConfirmsAsync(string question, CancellationToken cancellation) =>
        Person?.ConfirmsAsync(question, cancellation) ?? throw new NobodyToAskException(question);

    /// <summary>The terminal that shows what is written.</summary>
    public IAnsiConsole Terminal() => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(Output), ColorSystem = Environment("NO_COLOR") is { Length: > 0 } ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
    });
}
