using System.CommandLine;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli.Commands;

public static class ClustersCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var command = new ExampledCommand("clusters", "Lists the clusters", "dp clusters", "dp clusters -o json | jq -r '.[].name'") { ConfirmRemovalCommand.Create(surroundings) };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            var clusters = await client.ClustersAsync(cancellation);
            if (parsed.WantsJson())
            {
                await JsonOutput.WriteAsync(surroundings.Output, clusters, ControlPlaneJson.Default.IReadOnlyListClusterSummary);
                return ExitCode.Done;
            }
            if (clusters.Count == 0)
            {
                await surroundings.Output.WriteLineAsync("No clusters. 'dp launch spark --name trial' launches one.");
                return ExitCode.Done;
            }
            var now = surroundings.Time.GetUtcNow();
            var rows = new Rows("NAME", "PACKAGE", "STATE", "AGE", "DELETED IN", "LAST ACTIVITY", "HOLDS", "REASON") { ShortensLast = true };
            foreach (var cluster in clusters)
                rows.Add(cluster.Name, $"{cluster.Package} {cluster.Version}", Words.State(cluster.State), DurationText.Short(now - cluster.CreatedAt),
                    DurationText.Short(cluster.ExpiresAt - now), Words.Activity(cluster.Activity, now), Words.Amounts(cluster.Reserved), cluster.Reason);
            rows.Write(surroundings);
            return ExitCode.Done;
        });
        return command;
    }
}
