using System.CommandLine;

namespace DataPlatform.Services.Cli.Output;

/// <summary>A command whose help ends with examples.</summary>
#pragma warning disable CA1010 // enumerable as every command of System.CommandLine is
public sealed class ExampledCommand(string name, string description, params string[] examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = examples;
}
