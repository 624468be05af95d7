using System.CommandLine;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;
using DataPlatform.Services.Cli.Progress;

namespace DataPlatform.Services.Cli.Commands;

/// <summary>Several clusters as one thing: what a file says is brought up, and what runs of it is changed to that.</summary>
public static class UpCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var file = new Option<string>("--file", "-f") { Description = "The blueprint (docs/blueprints.md says what stands in one)", HelpName = "FILE", Required = true };
        var dry = Shared.DryRun();
        var yes = Shared.Yes();
        var leave = new Option<bool>("--no-wait") { Description = "Return as soon as it is accepted" };
        var limit = Shared.Timeout("How long to wait for all of it; it goes on coming up afterwards", "15m");
        var command = new ExampledCommand("up", "Brings up the clusters of a blueprint, or changes what runs of it; asks before it changes or deletes what is there",
            "dp up -f lab.yaml", "dp up -f lab.yaml --dry-run", "dp up -f lab.yaml --yes --no-wait") { file, dry, yes, leave, limit };
        command.SetAction(async (parsed, cancellation) =>
        {
            var path = parsed.GetRequiredValue(file);
            var content = await ContentAsync(path, cancellation);
            using var client = surroundings.Connect();
            Task<BlueprintChangeView> Ask(bool isDryRun) => client.UpAsync(new BlueprintRequest(content, Path.GetFileName(path), isDryRun), cancellation);
            var change = await Ask(true);
            if (!parsed.GetValue(dry))
            {
                if (!parsed.GetValue(yes) && change.Clusters.Any(cluster => cluster.Change is "changed" or "deleted"))
                {
                    await ShowAsync(surroundings.Person?.Sees ?? surroundings.Error, change);
                    if (!await surroundings.ConfirmsAsync("Change it?", cancellation)) return ExitCode.Failed;
                }

                change = await Ask(false);
            }

            if (parsed.WantsJson()) await JsonOutput.WriteAsync(surroundings.Output, change, ControlPlaneJson.Default.BlueprintChangeView);
            else await ShowAsync(surroundings.Output, change);
            if (parsed.GetValue(dry) || parsed.GetValue(leave)) return ExitCode.Done;
            return await UntilReadyAsync(surroundings, parsed, client, change, parsed.GetValue(limit), cancellation)
                .OrGoesOnAsync($"{change.Blueprint} goes on coming up; 'dp blueprint show {change.Blueprint}' shows how far it is, 'dp down {change.Blueprint}' deletes it", cancellation);
        });
        return command;
    }

    private static async Task<string> ContentAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllTextAsync(path, cancellation);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{Rows.Printable(path)} can't be read: {error.Message}");
        }
    }

    /// <summary>One after the other, as they get ready; what was launched before may still be on its way.</summary>
    private static async Task<int> UntilReadyAsync(Surroundings surroundings, ParseResult parsed, ControlPlaneClient client, BlueprintChangeView change, TimeSpan limit, CancellationToken cancellation)
    {
        var end = surroundings.Time.GetUtcNow() + limit;
        var failed = new List<string>();
        foreach (var cluster in change.Clusters.Where(cluster => cluster.Change != "deleted"))
        {
            await surroundings.Error.WriteLineAsync($"{cluster.Cluster} ({cluster.Package}):");
            var settled = await new ClusterWatch(client, surroundings.Time).UntilShownAsync(cluster.Cluster, Settled, end, surroundings, parsed.WantsJson(), cancellation);
            if (settled is null) failed.Add($"{cluster.Cluster} was deleted before it was ready");
            else if (settled.Summary.State == ClusterState.Failed) failed.Add($"{cluster.Cluster} failed: {settled.Summary.Reason ?? "no reason is known"}");
        }

        if (failed.Count > 0)
        {
            foreach (var sentence in failed) await ErrorOutput.Of(surroundings, parsed).WriteAsync(Rows.Printable(sentence));
            return ExitCode.Failed;
        }

        await surroundings.Error.WriteLineAsync($"{change.Blueprint} is up");
        return ExitCode.Done;
    }

    private static bool Settled(ClusterDetail cluster) =>
        cluster.Summary.State is ClusterState.Failed or ClusterState.Parked || (cluster.Summary.State == ClusterState.Ready && cluster.Plans.All(plan => plan.State == StepState.Complete));

    private static async Task ShowAsync(TextWriter output, BlueprintChangeView change)
    {
        Task Line(string text) => output.WriteLineAsync(Rows.Printable(text));
        foreach (var cluster in change.Clusters)
        {
            await Line($"{cluster.Cluster} ({cluster.Package}) {(cluster.Change == "left" ? "stays as it is" : change.IsWanted ? $"is {cluster.Change}" : $"would be {cluster.Change}")}");
            foreach (var option in cluster.Options.Concat(cluster.Others)) await Line($"  {option.Option}: {option.Before} -> {option.After}");
            foreach (var pod in cluster.Pods) await Line($"  {pod.Pod} is {pod.Change}: {pod.Why}");
        }
    }
}
