using System.CommandLine;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli.Commands;

public static class ExtendCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var cluster = Shared.Cluster(surroundings);
        var by = new Argument<string>("duration") { Description = $"How much longer it lives: {DurationText.Allowed}" };
        var command = new ExampledCommand("extend", "Moves the end of a cluster's life", "dp extend trial 4h") { cluster, by };
        command.SetAction(async (parsed, cancellation) =>
        {
            var text = parsed.GetRequiredValue(by);
            var duration = DurationText.Parse(text) ?? throw new UsageException($"a duration is {DurationText.Allowed}, not '{text}'");
            using var client = surroundings.Connect();
            var detail = await client.ExtendAsync(parsed.GetRequiredValue(cluster), duration, cancellation);
            if (parsed.WantsJson()) await JsonOutput.WriteAsync(surroundings.Output, detail, ControlPlaneJson.Default.ClusterDetail);
            else await surroundings.Output.WriteLineAsync($"{detail.Summary.Name} lives until {Words.Moment(detail.Summary.ExpiresAt)}");
            return ExitCode.Done;
        });
        return command;
    }
}
