using System.CommandLine;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;
using DataPlatform.Services.Cli.Progress;

namespace DataPlatform.Services.Cli.Commands;

public static class DeleteCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var cluster = Shared.Cluster();
        var yes = Shared.Yes();
        var leave = new Option<bool>("--no-wait") { Description = "Return as soon as the deletion is accepted" };
        var limit = Shared.Duration("--timeout", "How long to wait until it is gone", "5m");
        var command = new ExampledCommand("delete", "Deletes a cluster; what it wrote to the lake stays", "dp delete trial", "dp delete trial --yes --no-wait") { cluster, yes, leave, limit };
        command.SetAction(async (parsed, cancellation) =>
        {
            var name = parsed.GetRequiredValue(cluster);
            using var client = surroundings.Connect();
            var detail = await client.ClusterAsync(name, cancellation);
            if (!parsed.GetValue(yes) && surroundings.Interactive && !Confirmed(surroundings, detail.Summary)) return ExitCode.Failed;
            await client.DeleteAsync(name, cancellation);
            if (!parsed.GetValue(leave))
                await new ClusterWatch(client, surroundings.Time)
                    .UntilShownAsync(name, static _ => false, parsed.GetValue(limit), surroundings, parsed.WantsJson(), cancellation);
            await surroundings.Error.WriteLineAsync(parsed.GetValue(leave) ? $"{name} is being deleted" : $"{name} is deleted");
            return ExitCode.Done;
        });
        return command;
    }

    private static bool Confirmed(Surroundings surroundings, ClusterSummary cluster)
    {
        surroundings.Output.Write($"Delete {cluster.Name} ({cluster.Package}, {Words.State(cluster.State)})? [y/N] ");
        surroundings.Output.Flush();
        return Console.In.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}
