using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;
using DataPlatform.Services.Cli.Progress;

namespace DataPlatform.Services.Cli.Commands;

public static class NotebookCommand
{
    private const string Package = "jupyter";

    public static Command Create(Surroundings surroundings)
    {
        var cluster = Shared.Cluster(surroundings);
        var open = new Option<bool>("--open") { Description = "Open it in this machine's browser (xdg-open)" };
        var limit = Shared.Timeout("How long to wait for it", "5m");
        var command = new ExampledCommand("notebook", "Opens JupyterLab connected to a cluster: uses the one that is there or launches one", "dp notebook trial", "dp notebook trial --open") { cluster, open, limit };
        command.SetAction(async (parsed, cancellation) =>
        {
            var name = parsed.GetRequiredValue(cluster);
            using var client = surroundings.Connect();
            var target = await client.ClusterAsync(name, cancellation);
            var notebook = await FindAsync(client, name, cancellation) ?? await LaunchAsync(client, target, cancellation);
            var ready = await new ClusterWatch(client, surroundings.Time).UntilShownAsync(
                notebook, static detail => detail.Summary.State is ClusterState.Ready or ClusterState.Failed, parsed.GetValue(limit), surroundings, parsed.WantsJson(), cancellation)
                .OrGoesOnAsync($"{notebook} goes on coming up; 'dp notebook {name}' waits for it again, 'dp delete {notebook}' deletes it", cancellation);
            if (ready is not { Summary.State: ClusterState.Ready })
                throw new RefusedException(new Problem($"{notebook} did not come up", 409, ready?.Summary.Reason, null));
            var page = ready.Endpoints.Select(endpoint => endpoint.Page).FirstOrDefault(page => page is not null)
                ?? throw new RefusedException(new Problem($"{notebook} has no page to open", 409, null, null));
            var link = await client.LoginLinkAsync(page, cancellation);
            if (parsed.WantsJson()) await JsonOutput.WriteAsync(surroundings.Output, new LoginLink(link.ToString()), ControlPlaneJson.Default.LoginLink);
            else await surroundings.Output.WriteLineAsync(link.ToString());
            if (parsed.GetValue(open)) Open(link, surroundings.Error);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<string?> FindAsync(ControlPlaneClient client, string cluster, CancellationToken cancellation)
    {
        foreach (var candidate in await client.ClustersAsync(cancellation))
        {
            if (candidate.Package != Package || candidate.State is ClusterState.Deleting or ClusterState.Deleted or ClusterState.Failed) continue;
            if ((await client.ClusterAsync(candidate.Name, cancellation)).Options.GetValueOrDefault("cluster") == cluster) return candidate.Name;
        }
        return null;
    }

    private static async Task<string> LaunchAsync(ControlPlaneClient client, ClusterDetail target, CancellationToken cancellation)
    {
        var name = $"{target.Summary.Name}-notebook";
        await client.LaunchAsync(new LaunchRequest(Package, name, new JsonObject { ["cluster"] = target.Summary.Name }, null), cancellation);
        return name;
    }

    private static void Open(Uri link, TextWriter error)
    {
        try
        {
            using var browser = Process.Start(new ProcessStartInfo("xdg-open") { ArgumentList = { link.ToString() } });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            error.WriteLine("dp: xdg-open is not installed; open the link by hand");
        }
    }
}
