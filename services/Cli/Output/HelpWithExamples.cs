using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace DataPlatform.Services.Cli.Output;

/// <summary>The usual help, then examples and exit codes.</summary>
public sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    private static readonly string[] FirstSteps =
    [
        "dp quickstart                                  the whole platform on this machine, with a first cluster",
        "dp launch spark --workers 2 --name trial       a Spark cluster of two workers",
        "dp notebook trial                              a notebook that is connected to it",
        "dp clusters -o json | jq '.[].name'            for scripts",
    ];

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var status = usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        var examples = command is ExampledCommand exampled ? exampled.Examples : command is RootCommand ? FirstSteps : [];
        if (examples.Count > 0) output.WriteLine("Examples:");
        foreach (var example in examples) output.WriteLine($"  {example}");
        if (examples.Count > 0) output.WriteLine();
        output.WriteLine($"Exit codes: {ExitCode.Explanation}");
        if (command is RootCommand)
            output.WriteLine("The control plane is found by the file that DP_CONFIG names, or ~/.config/dataplatform/config.json.");
        return status;
    }
}
