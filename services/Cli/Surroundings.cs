using DataPlatform.Core.Client.ControlPlane;
using Spectre.Console;

namespace DataPlatform.Services.Cli;

/// <summary>What a command sees of the world: where it writes, its environment and the clock.</summary>
/// <param name="Interactive">Whether people watch: progress is drawn live and tables have borders.</param>
public sealed record Surroundings(TextWriter Output, TextWriter Error, Func<string, string?> Environment, bool Interactive, TimeProvider Time)
{
    public static Surroundings OfThisProcess() => new(
        Console.Out, Console.Error, System.Environment.GetEnvironmentVariable, !Console.IsOutputRedirected && !Console.IsErrorRedirected, TimeProvider.System);

    /// <exception cref="UnreachableException">No configuration says where the control plane is.</exception>
    public ControlPlaneClient Connect() => new(ControlPlaneAddress.Read(ControlPlaneAddress.DefaultFile(Environment)));

    /// <summary>Asks the people who watch; whatever is not a yes is a no.</summary>
    public bool Confirms(string question)
    {
        Output.Write($"{question} [y/N] ");
        Output.Flush();
        return Console.In.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    /// <summary>A console for <paramref name="writer"/>; what is not a terminal gets wide plain text.</summary>
    public IAnsiConsole ConsoleOf(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = Interactive ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = Interactive ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!Interactive) console.Profile.Width = 240;
        return console;
    }
}
