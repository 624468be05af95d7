using System.CommandLine;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;
using DataPlatform.Services.Cli.Progress;

namespace DataPlatform.Services.Cli.Commands;

public static class WhyCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var cluster = Shared.Cluster();
        var command = new ExampledCommand("why", "Says why a cluster is not ready: the reason of each step and of each host that did not take it", "dp why trial") { cluster };
        command.SetAction(async (parsed, cancellation) =>
        {
            var name = parsed.GetRequiredValue(cluster);
            using var client = surroundings.Connect();
            var reasons = await client.WhyAsync(name, cancellation);
            if (parsed.WantsJson())
            {
                await JsonOutput.WriteAsync(surroundings.Output, reasons, ControlPlaneJson.Default.IReadOnlyListPlacementReason);
                return ExitCode.Done;
            }
            var detail = await client.ClusterAsync(name, cancellation);
            var summary = detail.Summary;
            await surroundings.Output.WriteLineAsync(Rows.Printable($"{name} is {Words.State(summary.State)}{(summary.Reason is { } reason ? $": {reason}" : "")}"));
            foreach (var entry in TimelineEntry.Of(detail).Where(entry => entry.Step.State != StepState.Complete))
                await surroundings.Output.WriteLineAsync(Rows.Printable($"  {entry.Title} is {Words.State(entry.Step.State)}{(entry.Step.WaitingFor is { } waiting ? $": {waiting}" : "")}"));
            if (reasons.Count == 0)
            {
                await surroundings.Output.WriteLineAsync("No host refused any of its pods.");
                return ExitCode.Done;
            }
            var rows = new Rows(surroundings.Interactive, "POD", "HOST", "STAGE", "REASON", "SEEN");
            foreach (var refusal in reasons) rows.Add(refusal.Pod, refusal.Host, refusal.Stage, refusal.Reason, Words.Moment(refusal.At));
            surroundings.ConsoleOf(surroundings.Output).Write(rows.ToTable());
            return ExitCode.Done;
        });
        return command;
    }
}
