using System.CommandLine;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Services.Cli.Launching;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli.Commands;

/// <summary>Other options for a cluster that runs: the change is shown, with what restarts and why, before it is confirmed.</summary>
public static class UpdateCommand
{
    private const string VersionOption = DeclaredPackage.VersionOption;

    public static Command Create(Surroundings surroundings)
    {
        var cluster = Shared.Cluster(surroundings);
        var pairs = new Option<string[]>("--set") { Description = "An option of the package", HelpName = "KEY=VALUE", DefaultValueFactory = _ => [] };
        var size = Shared.Size();
        var version = Shared.Version("Another version of the package: pods move to it one after another");
        var (dry, yes) = (Shared.DryRun(), Shared.Yes());
        var command = new ExampledCommand("update", "Changes a cluster's options; shows what restarts and why before it does",
            "dp update trial --set workers=4 --dry-run", "dp update trial --set workers=4 --set worker_memory=2048 --yes", "dp update cache --size L", "dp update cache --version 7.2 --dry-run") { cluster, version, size, pairs, dry, yes };
        command.Validators.Add(result =>
        {
            if (result.GetValue(pairs) is not { Length: > 0 } && result.GetValue(size) is null && result.GetValue(version) is null)
                result.AddError("name what changes: --set KEY=VALUE, --size SIZE or --version VERSION");
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            var name = parsed.GetRequiredValue(cluster);
            using var client = surroundings.Connect();
            var detail = await client.ClusterAsync(name, cancellation);
            string[] given = parsed.GetValue(version) is { } wanted ? [.. parsed.GetRequiredValue(pairs), $"{VersionOption}={wanted}"] : parsed.GetRequiredValue(pairs);
            // Another version may have other options.
            var chosen = given.Where(pair => pair.StartsWith($"{VersionOption}=", StringComparison.Ordinal)).Select(pair => pair[(VersionOption.Length + 1)..]).LastOrDefault() ?? detail.Options.GetValueOrDefault(VersionOption);
            var options = OptionWords.Read(await client.PackageAsync(detail.Summary.Package, chosen, cancellation), [], given);
            return await RunAsync(surroundings, parsed, parsed.GetValue(dry), parsed.GetValue(yes), isDryRun => client.UpdateAsync(name, new UpdateRequest(options, isDryRun) { Size = parsed.GetValue(size) }, cancellation), cancellation);
        });
        return command;
    }

    public static Command CreateRollback(Surroundings surroundings)
    {
        var cluster = Shared.Cluster(surroundings);
        var to = new Option<int?>("--to") { Description = "The target whose options are wanted again; the one before when absent ('dp targets CLUSTER' lists them)", HelpName = "NUMBER" };
        var (dry, yes) = (Shared.DryRun(), Shared.Yes());
        var command = new ExampledCommand("rollback", "Brings a cluster back to options that it had", "dp rollback trial --dry-run", "dp rollback trial --to 1 --yes") { cluster, to, dry, yes };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            var name = parsed.GetRequiredValue(cluster);
            return await RunAsync(surroundings, parsed, parsed.GetValue(dry), parsed.GetValue(yes), isDryRun => client.RollbackAsync(name, new RollbackRequest(parsed.GetValue(to), isDryRun), cancellation), cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(Surroundings surroundings, ParseResult parsed, bool isDryRun, bool isSure, Func<bool, Task<UpdateView>> ask, CancellationToken cancellation)
    {
        var change = await ask(true);
        if (!isDryRun && change.Options.Count > 0)
        {
            if (!isSure)
            {
                await ShowAsync(surroundings.Person?.Sees ?? surroundings.Error, change);
                if (!await surroundings.ConfirmsAsync("Change it?", cancellation)) return ExitCode.Failed;
            }

            change = await ask(false);
        }
        if (parsed.WantsJson()) await JsonOutput.WriteAsync(surroundings.Output, change, ControlPlaneJson.Default.UpdateView);
        else await ShowAsync(surroundings.Output, change);
        return ExitCode.Done;
    }

    private static async Task ShowAsync(TextWriter output, UpdateView change)
    {
        if (change.Options.Count == 0)
        {
            await output.WriteLineAsync($"nothing changes: target {change.Target} has these options already");
            return;
        }
        await output.WriteLineAsync(change.IsWanted ? $"target {change.Target} is wanted:" : $"target {change.Target} would be:");
        foreach (var option in change.Options) await output.WriteLineAsync($"  {option.Option}: {option.Before} -> {option.After}");
        foreach (var pod in change.Pods) await output.WriteLineAsync($"  {pod.Pod} is {pod.Change}: {pod.Why}");
        if (change.Pods.Count == 0) await output.WriteLineAsync("  no pod is restarted");
    }
}
