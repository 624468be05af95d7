using System.CommandLine;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;
using DataPlatform.Services.Cli.Progress;

namespace DataPlatform.Services.Cli.Commands;

public static class DownCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var blueprint = Shared.Blueprint();
        var (yes, needed) = (Shared.Yes(), Shared.EvenIfNeeded());
        var leave = new Option<bool>("--no-wait") { Description = "Return as soon as it is accepted" };
        var limit = Shared.Timeout("How long to wait until all of it is gone", "5m");
        var command = new ExampledCommand("down", "Deletes all clusters of a blueprint; what they wrote to the lake stays", "dp down lab", "dp down lab --yes --no-wait", "dp down lab --even-if-needed")
        {
            blueprint, yes, needed, leave, limit,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var name = parsed.GetRequiredValue(blueprint);
            using var client = surroundings.Connect();
            var seen = await client.BlueprintAsync(name, cancellation);
            var clusters = seen.Clusters.Where(cluster => cluster.Cluster is not null).Select(cluster => cluster.Name).Reverse().ToList();
            if (!parsed.GetValue(yes) && !await surroundings.ConfirmsAsync($"Take {name} down ({string.Join(", ", clusters)})?", cancellation)) return ExitCode.Failed;
            var leaving = await client.DownAsync(name, parsed.GetValue(needed), cancellation);
            if (parsed.WantsJson()) await JsonOutput.WriteAsync(surroundings.Output, leaving, ControlPlaneJson.Default.BlueprintDetail);
            if (!parsed.GetValue(leave))
                await UntilGoneAsync(surroundings, client, clusters, parsed.GetValue(limit), parsed.WantsJson(), cancellation)
                    .OrGoesOnAsync($"{name} goes on being taken down; 'dp blueprint show {name}' shows how far it is", cancellation);
            await surroundings.Error.WriteLineAsync(parsed.GetValue(leave) ? $"{name} is being taken down" : $"{name} is down");
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task UntilGoneAsync(Surroundings surroundings, ControlPlaneClient client, IReadOnlyList<string> clusters, TimeSpan limit, bool isQuiet, CancellationToken cancellation)
    {
        var end = surroundings.Time.GetUtcNow() + limit;
        foreach (var cluster in clusters)
        {
            await surroundings.Error.WriteLineAsync($"{cluster}:");
            await new ClusterWatch(client, surroundings.Time).UntilGoneAsync(cluster, end, surroundings, isQuiet, cancellation);
        }
    }
}
