using System.CommandLine;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli.Commands;

public static class ConfirmRemovalCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var yes = Shared.Yes();
        var command = new ExampledCommand(
            "confirm-removal", "Lets clusters be taken down that run and that the control plane's database does not know", "dp clusters confirm-removal", "dp clusters confirm-removal --yes") { yes };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            var withheld = await client.WithheldRemovalAsync(cancellation);
            if (withheld.ClusterIds.Count == 0)
            {
                await surroundings.Error.WriteLineAsync("No cluster's removal waits for a word.");
                return ExitCode.Done;
            }

            foreach (var id in withheld.ClusterIds) await surroundings.Output.WriteLineAsync(id);
            await surroundings.Error.WriteLineAsync(
                $"{withheld.ClusterIds.Count} of {withheld.Running} clusters that run are not known to the control plane's database. If it was lost, put it back instead: what is confirmed is taken down.");
            if (!parsed.GetValue(yes) && !await surroundings.ConfirmsAsync("Take them down?", cancellation)) return ExitCode.Failed;
            await client.ConfirmRemovalAsync(withheld.ClusterIds, cancellation);
            await surroundings.Error.WriteLineAsync("They are being taken down.");
            return ExitCode.Done;
        });
        return command;
    }
}
