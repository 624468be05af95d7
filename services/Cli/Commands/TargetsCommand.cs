using System.CommandLine;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli.Commands;

public static class TargetsCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var cluster = Shared.Cluster(surroundings);
        var command = new ExampledCommand("targets", "Lists the options that a cluster has and had, by their number", "dp targets trial", "dp targets trial -o json") { cluster };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            var targets = await client.TargetsAsync(parsed.GetRequiredValue(cluster), cancellation);
            if (parsed.WantsJson())
            {
                await JsonOutput.WriteAsync(surroundings.Output, targets, ControlPlaneJson.Default.IReadOnlyListTargetView);
                return ExitCode.Done;
            }
            var rows = new Rows("TARGET", "SINCE", "WANTED", "OPTIONS");
            foreach (var target in targets)
                rows.Add($"{target.Number}", Words.Moment(target.At), target.IsWanted ? "yes" : "", string.Join(", ", target.Options.Select(option => $"{option.Key}={option.Value}")));
            rows.Write(surroundings);
            return ExitCode.Done;
        });
        return command;
    }
}
