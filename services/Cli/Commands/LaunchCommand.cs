using System.CommandLine;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Completion;
using DataPlatform.Services.Cli.Launching;
using DataPlatform.Services.Cli.Output;
using DataPlatform.Services.Cli.Progress;

namespace DataPlatform.Services.Cli.Commands;

public static class LaunchCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var package = new Argument<string>("package") { Description = "What to launch: one of 'dp packages'", CompletionSources = { _ => KnownNames.Packages(surroundings) } };
        var name = new Option<string?>("--name", "-n") { Description = "The cluster's name; the package's when absent" };
        var lifetime = Shared.Duration("--lifetime", "When the platform deletes it by itself", "8h");
        var pairs = new Option<string[]>("--option", "--set") { Description = "An option of the package; --KEY VALUE says the same", HelpName = "KEY=VALUE", DefaultValueFactory = _ => [] };
        var version = Shared.Version("Of the package; the newest when absent");
        var size = Shared.Size();
        var needs = new Option<string[]>("--needs") { Description = "A cluster that must be ready before, and that its tasks know how to reach", HelpName = "CLUSTER", DefaultValueFactory = _ => [], CompletionSources = { _ => KnownNames.Clusters(surroundings) } };
        var wait = new Option<bool>("--wait") { Description = "Wait until it is ready (this is the default)" };
        var leave = new Option<bool>("--no-wait") { Description = "Return as soon as the launch is accepted" };
        var limit = Shared.Timeout("How long to wait for it; it goes on coming up afterwards", "15m");
        var command = new ExampledCommand("launch", "Launches a cluster and shows it coming up; all other --KEY VALUE are options of the package ('dp packages NAME' lists them)",
            "dp launch spark --workers 2 --name trial", "dp launch dask --name sums --lifetime 2h --no-wait", "dp launch redis --size M --set memory=2048", "dp launch jupyter --needs numbers --needs sums", "dp launch spark --option workers=4 -o json")
        {
            package, name, lifetime, version, size, pairs, needs, wait, leave, limit,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        command.Validators.Add(result =>
        {
            if (result.GetValue(wait) && result.GetValue(leave)) result.AddError("--wait and --no-wait exclude each other");
            if (result.GetValue(package)?.StartsWith('-') == true) result.AddError("the package comes first: dp launch PACKAGE --KEY VALUE ...");
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            var chosen = await client.PackageAsync(parsed.GetRequiredValue(package), parsed.GetValue(version), cancellation);
            var options = OptionWords.Read(chosen, parsed.UnmatchedTokens, parsed.GetRequiredValue(pairs), parsed.CommandResult.Command.Options.Select(option => option.Name));
            var request = new LaunchRequest(chosen.Name, parsed.GetValue(name) ?? chosen.Name, options, (long)parsed.GetValue(lifetime).TotalSeconds)
            {
                Version = parsed.GetValue(version), Size = parsed.GetValue(size), Needs = parsed.GetRequiredValue(needs) is { Length: > 0 } needed ? needed : null,
            };
            var launched = await client.LaunchAsync(request, cancellation);
            if (parsed.GetValue(leave)) return await ShowAsync(surroundings, parsed, client, launched);
            var ready = await new ClusterWatch(client, surroundings.Time)
                .UntilShownAsync(request.Name, Settled, parsed.GetValue(limit), surroundings, parsed.WantsJson(), cancellation)
                .OrGoesOnAsync($"the launch of {request.Name} goes on; 'dp cluster {request.Name}' shows how far it is, 'dp delete {request.Name}' deletes it", cancellation);
            if (ready is null) throw new RefusedException(new Problem($"{request.Name} was deleted before it was ready", 410, null, null));
            return await ShowAsync(surroundings, parsed, client, ready);
        });
        return command;
    }

    private static bool Settled(ClusterDetail cluster) => cluster.Summary.State is ClusterState.Ready or ClusterState.Failed;

    private static async Task<int> ShowAsync(Surroundings surroundings, ParseResult parsed, ControlPlaneClient client, ClusterDetail cluster)
    {
        if (parsed.WantsJson()) await JsonOutput.WriteAsync(surroundings.Output, cluster, ControlPlaneJson.Default.ClusterDetail);
        else ClusterPage.WriteConnections(surroundings.Output, client.Address, cluster);
        if (cluster.Summary.State != ClusterState.Failed) return ExitCode.Done;
        await ErrorOutput.Of(surroundings, parsed).WriteAsync($"{cluster.Summary.Name} failed", cluster.Summary.Reason ?? "no reason is known");
        return ExitCode.Failed;
    }
}
