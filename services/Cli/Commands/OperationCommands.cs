using System.CommandLine;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Launching;
using DataPlatform.Services.Cli.Output;
using DataPlatform.Services.Cli.Progress;

namespace DataPlatform.Services.Cli.Commands;

/// <summary>What clusters are asked to do while they serve, and the backups that come of it.</summary>
public static class OperationCommands
{
    public static IEnumerable<Command> Create(Surroundings surroundings)
    {
        yield return Backup(surroundings);
        yield return Backups(surroundings);
        yield return Restore(surroundings);
        yield return Operate(surroundings);
        yield return HandOut(surroundings);
    }

    private static ExampledCommand Backup(Surroundings surroundings)
    {
        var (cluster, leave, limit) = (Shared.Cluster(surroundings), NoWait(), Limit());
        var command = new ExampledCommand("backup", "Writes what a cluster holds into the lake, where it outlives the cluster", "dp backup numbers", "dp backup numbers -o json | jq -r .folder") { cluster, leave, limit };
        command.SetAction((parsed, cancellation) => AskAsync(surroundings, parsed, parsed.GetRequiredValue(cluster), new OperationRequest("backup", null), parsed.GetValue(leave), parsed.GetValue(limit), cancellation));
        return command;
    }

    private static ExampledCommand Restore(Surroundings surroundings)
    {
        var (cluster, yes, leave, limit) = (Shared.Cluster(surroundings), Shared.Yes(), NoWait(), Limit());
        var backup = new Argument<string>("backup") { Description = "The backup's name, as 'dp backups' lists it" };
        var command = new ExampledCommand("restore", "Puts what a backup holds in the place of what a cluster of the same package holds", "dp restore numbers numbers-20261201-020000-1", "dp restore fresh numbers-20261201-020000-1 --yes") { cluster, backup, yes, leave, limit };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (name, from) = (parsed.GetRequiredValue(cluster), parsed.GetRequiredValue(backup));
            if (!parsed.GetValue(yes) && !await surroundings.ConfirmsAsync($"Replace what {name} holds by {from}?", cancellation)) return ExitCode.Failed;
            return await AskAsync(surroundings, parsed, name, new OperationRequest("restore", from), parsed.GetValue(leave), parsed.GetValue(limit), cancellation);
        });
        return command;
    }

    private static ExampledCommand Operate(Surroundings surroundings)
    {
        var (cluster, leave, limit) = (Shared.Cluster(surroundings), NoWait(), Limit());
        var operation = new Argument<string>("operation") { Description = "What it is to do; 'dp packages NAME' lists what its package knows" };
        var pairs = new Option<string[]>("--set") { Description = "What it is given; 'dp packages NAME' lists what it takes", HelpName = "KEY=VALUE", DefaultValueFactory = _ => [] };
        var backup = new Option<string?>("--backup") { Description = "Of one that restores: the backup's name, as 'dp backups' lists it", HelpName = "BACKUP" };
        var command = new ExampledCommand("operate", "Asks a cluster to do something that its package knows", "dp operate numbers backup", "dp operate numbers backup --no-wait -o json", "dp operate log create-topic --set name=events --set partitions=6") { cluster, operation, backup, pairs, leave, limit };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (name, asked, given) = (parsed.GetRequiredValue(cluster), parsed.GetRequiredValue(operation), parsed.GetRequiredValue(pairs));
            var request = new OperationRequest(asked, parsed.GetValue(backup)) { Inputs = given.Length > 0 ? await InputsAsync(surroundings, name, asked, given, cancellation) : null };
            return await AskAsync(surroundings, parsed, name, request, parsed.GetValue(leave), parsed.GetValue(limit), cancellation);
        });
        return command;
    }

    private static async Task<JsonObject> InputsAsync(Surroundings surroundings, string cluster, string name, IReadOnlyList<string> pairs, CancellationToken cancellation)
    {
        using var client = surroundings.Connect();
        var summary = (await client.ClusterAsync(cluster, cancellation)).Summary;
        var known = (await client.PackageAsync(summary.Package, summary.Version, cancellation)).Operations ?? [];
        return known.FirstOrDefault(operation => operation.Name == name) is { } operation ? OptionWords.Read(operation, pairs)
            : throw new UsageException($"{summary.Package} knows no operation '{name}'; it has {(known.Count == 0 ? "none" : string.Join(", ", known.Select(each => each.Name)))}");
    }

    private static ExampledCommand HandOut(Surroundings surroundings)
    {
        var cluster = Shared.Cluster(surroundings);
        var number = new Argument<int>("operation") { Description = "Its number, as 'dp operate' and 'dp cluster' say it" };
        var command = new ExampledCommand("hand-out", "Prints what an operation hands out when it is complete, such as a password", "dp hand-out log 3", "dp hand-out log 3 -o json | jq .variables") { cluster, number };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            var handed = await client.HandOutAsync(parsed.GetRequiredValue(cluster), parsed.GetRequiredValue(number), cancellation);
            if (parsed.WantsJson()) await JsonOutput.WriteAsync(surroundings.Output, handed, ControlPlaneJson.Default.HandedOutView);
            else
                foreach (var (name, value) in handed.Variables)
                    await surroundings.Output.WriteLineAsync(Rows.Printable($"{name}={value}"));
            return ExitCode.Done;
        });
        return command;
    }

    private static ExampledCommand Backups(Surroundings surroundings)
    {
        var package = new Option<string?>("--package") { Description = "Only those of this package", HelpName = "PACKAGE" };
        var command = new ExampledCommand("backups", "Lists backups in the lake, the newest first", "dp backups", "dp backups --package postgresql -o json") { package };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            var backups = await client.BackupsAsync(parsed.GetValue(package), cancellation);
            if (parsed.WantsJson())
            {
                await JsonOutput.WriteAsync(surroundings.Output, backups, ControlPlaneJson.Default.IReadOnlyListBackupView);
                return ExitCode.Done;
            }

            var rows = new Rows("BACKUP", "PACKAGE", "AT", "SIZE");
            foreach (var backup in backups) rows.Add(backup.Name, backup.Package, Words.Moment(backup.At), Words.Bytes(backup.SizeBytes));
            if (rows.Count > 0) rows.Write(surroundings);
            else await surroundings.Error.WriteLineAsync("There are no backups; 'dp backup CLUSTER' makes one");
            return ExitCode.Done;
        });
        return command;
    }

    private static Option<bool> NoWait() => new("--no-wait") { Description = "Return as soon as it is accepted" };

    private static Option<TimeSpan> Limit() => Shared.Timeout("How long to wait until it is over", "1h");

    private static async Task<int> AskAsync(
        Surroundings surroundings, ParseResult parsed, string cluster, OperationRequest request, bool leave, TimeSpan limit, CancellationToken cancellation)
    {
        using var client = surroundings.Connect();
        var asked = (await client.OperateAsync(cluster, request, cancellation)).Operations[^1];
        var seen = asked;
        if (!leave)
        {
            await surroundings.Error.WriteLineAsync($"{cluster}: {asked.Name} {asked.Number} is asked for");
            string? said = null;
            var detail = await new ClusterWatch(client, surroundings.Time).UntilAsync(cluster, IsOver, limit, new Following(cluster =>
            {
                if (Of(cluster) is { Said: { } now } && now != said) surroundings.Error.WriteLine(Rows.Printable($"  waits for {said = now}"));
            }), cancellation).OrGoesOnAsync($"{asked.Name} {asked.Number} of {cluster} goes on; 'dp cluster {cluster}' shows how far it is", cancellation);
            seen = detail is null ? null : Of(detail);
        }

        if (seen is null)
        {
            await ErrorOutput.Of(surroundings, parsed).WriteAsync($"{cluster} is gone, and nothing is known of {asked.Name} {asked.Number} any more");
            return ExitCode.Failed;
        }

        if (parsed.WantsJson()) await JsonOutput.WriteAsync(surroundings.Output, seen, ControlPlaneJson.Default.OperationView);
        else await surroundings.Output.WriteLineAsync(Rows.Printable(Sentence(cluster, seen, leave)));
        return seen.State == StepState.Failed ? ExitCode.Failed : ExitCode.Done;

        OperationView? Of(ClusterDetail detail) => detail.Operations.FirstOrDefault(operation => operation.Number == asked.Number);

        bool IsOver(ClusterDetail detail) => Of(detail) is not { IsOver: false };
    }

    private static string Sentence(string cluster, OperationView operation, bool leave) => operation switch
    {
        { State: StepState.Failed } => $"{cluster}: {operation.Name} {operation.Number} failed: {operation.Said}",
        { State: StepState.Complete, Kind: "backup", Folder: { } folder } => $"{folder[(folder.LastIndexOf('/') + 1)..]} holds what {cluster} held",
        { State: StepState.Complete, HandsOut: true } => $"{cluster}: {operation.Name} {operation.Number} is done; 'dp hand-out {cluster} {operation.Number}' prints what it hands out",
        { State: StepState.Complete } => $"{cluster}: {operation.Name} {operation.Number} is done",
        _ => $"{cluster}: {operation.Name} {operation.Number} is {(leave ? "asked for" : Words.State(operation.State))}",
    };

    /// <summary>Tells what changes, without a picture of the whole cluster.</summary>
    private sealed class Following(Action<ClusterDetail> show) : IProgressDisplay
    {
        public Task ShowAsync(ClusterDetail cluster)
        {
            show(cluster);
            return Task.CompletedTask;
        }
    }
}
