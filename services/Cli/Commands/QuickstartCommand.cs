using System.CommandLine;
using DataPlatform.Services.Cli.Output;
using DataPlatform.Services.Cli.Quickstart;

namespace DataPlatform.Services.Cli.Commands;

public static class QuickstartCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var exit = new Option<bool>("--exit") { Description = "End after the main job instead of staying until Ctrl-C" };
        var directory = new Option<string>("--work-dir")
        {
            Description = "Where it keeps its files: store, caches and lake stay between runs", HelpName = "DIR",
            DefaultValueFactory = _ => QuickstartSettings.DefaultDirectory(surroundings.Environment),
        };
        var maven = new Option<string?>("--maven-repository") { Description = "Folder in Maven's layout that engines are taken from before Maven Central", HelpName = "DIR" };
        var wheels = new Option<string?>("--wheels") { Description = "Folder of Python wheels that are taken before PyPI's", HelpName = "DIR" };
        var port = new Option<int?>("--port") { Description = "The console's port; 8080 when absent, or any free one where that is taken", HelpName = "N" };
        port.Validators.Add(result =>
        {
            if (result.GetValue(port) is < 0 or > 65535) result.AddError("--port takes a whole number from 0 to 65535");
        });
        foreach (var folder in new[] { maven, wheels })
            folder.Validators.Add(result =>
            {
                if (result.GetValue(folder) is { } path && !Directory.Exists(path)) result.AddError($"{folder.Name}: there is no folder {path}");
            });
        var command = new ExampledCommand("quickstart",
            "Starts the whole platform on this machine, launches Spark, runs a notebook on it and shows what it found",
            "dp quickstart", "dp quickstart --exit --work-dir /tmp/quickstart") { exit, directory, maven, wheels, port };
        command.SetAction((parsed, cancellation) => new QuickstartRun(
            new QuickstartSettings(Path.GetFullPath(parsed.GetRequiredValue(directory)), Full(parsed.GetValue(maven)), Full(parsed.GetValue(wheels)), parsed.GetValue(port), parsed.GetValue(exit)),
            surroundings).RunAsync(cancellation));
        return command;
    }

    private static string? Full(string? path) => path is null ? null : Path.GetFullPath(path);
}
