using System.CommandLine;

namespace DataPlatform.Services.Cli.Output;

/// <summary><c>-o table</c> for people, <c>-o json</c> for programs.</summary>
public static class OutputOption
{
    public static Option<string> Instance { get; } = Create();

    public static bool WantsJson(this ParseResult parsed) => parsed.GetValue(Instance) == "json";

    private static Option<string> Create()
    {
        var option = new Option<string>("--output", "-o")
        {
            Description = "How results are written", DefaultValueFactory = static _ => "table", Recursive = true, HelpName = "table|json",
        };
        return option.AcceptOnlyFromAmong("table", "json");
    }
}
