using System.CommandLine;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli.Commands;

public static class ClusterCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var cluster = Shared.Cluster(surroundings);
        var command = new ExampledCommand("cluster", "Shows one cluster: steps, tasks and how to connect", "dp cluster trial", "dp cluster trial -o json | jq -r '.endpoints[].url'") { cluster };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            var detail = await client.ClusterAsync(parsed.GetRequiredValue(cluster), cancellation);
            // A control plane of an earlier version says nothing of them; of what does not serve there is nobody to ask.
            if (detail is { Tables.Count: > 0, Summary: { ReadyAt: not null, State: ClusterState.Ready or ClusterState.Degraded or ClusterState.Failed } })
                detail = detail with { Tables = await client.TablesAsync(detail.Summary.Name, cancellation) };
            if (parsed.WantsJson()) await JsonOutput.WriteAsync(surroundings.Output, detail, ControlPlaneJson.Default.ClusterDetail);
            else ClusterPage.Write(surroundings, client.Address, detail);
            return ExitCode.Done;
        });
        return command;
    }
}
