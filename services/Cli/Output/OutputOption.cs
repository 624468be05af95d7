using System.CommandLine;

namespace DataPlatform.Services.Cli.Output;

/// <summary><c>-o table</c> for people, <c>-o json</c> for programs.</summary>
public static class OutputOption
{
    public static Option<string> Instance { get; } = Create();

    /// <summary>Also of a command line that can't be understood.</summary>
    public static bool WantsJson(this ParseResult parsed) => parsed.GetResult(Instance)?.Tokens is [.., { Value: "json" }];

    private static Option<string> Create()
    {
        var option = new Option<string>("--output", "-o")
        {
            Description = "How results are written", DefaultValueFactory = static _ => "table", Recursive = true, HelpName = "table|json",
        };
        return option.AcceptOnlyFromAmong("table", "json");
    }
}
