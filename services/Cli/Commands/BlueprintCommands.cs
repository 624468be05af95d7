using System.CommandLine;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli.Commands;

/// <summary>What there is of blueprints, and blueprints of what there is.</summary>
public static class BlueprintCommands
{
    public static IEnumerable<Command> Create(Surroundings surroundings) =>
    [
        List(surroundings),
        new ExampledCommand("blueprint", "Shows a blueprint that is up, and exports what runs as one", "dp blueprint show lab", "dp blueprint export lab > lab.yaml")
        {
            Show(surroundings), Export(surroundings),
        },
    ];

    private static ExampledCommand List(Surroundings surroundings)
    {
        var command = new ExampledCommand("blueprints", "Lists the blueprints that are up", "dp blueprints", "dp blueprints -o json | jq -r '.[].name'");
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            var blueprints = await client.BlueprintsAsync(cancellation);
            if (parsed.WantsJson())
            {
                await JsonOutput.WriteAsync(surroundings.Output, blueprints, ControlPlaneJson.Default.IReadOnlyListBlueprintSummary);
                return ExitCode.Done;
            }

            if (blueprints.Count == 0)
            {
                await surroundings.Output.WriteLineAsync("No blueprint is up. 'dp up -f FILE' brings one up.");
                return ExitCode.Done;
            }

            var now = surroundings.Time.GetUtcNow();
            var rows = new Rows("NAME", "STATE", "READY", "AGE", "OWNER", "REASON");
            foreach (var blueprint in blueprints)
                rows.Add(blueprint.Name, Words.State(blueprint.State), $"{blueprint.Ready} of {blueprint.Clusters}", DurationText.Short(now - blueprint.CreatedAt), blueprint.Owner, blueprint.Reason);
            rows.Write(surroundings);
            return ExitCode.Done;
        });
        return command;
    }

    private static ExampledCommand Show(Surroundings surroundings)
    {
        var name = Shared.Blueprint();
        var command = new ExampledCommand("show", "Shows one blueprint with its clusters, in the order in which they get ready", "dp blueprint show lab", "dp blueprint show lab -o json | jq -r .content") { name };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            var detail = await client.BlueprintAsync(parsed.GetRequiredValue(name), cancellation);
            if (parsed.WantsJson())
            {
                await JsonOutput.WriteAsync(surroundings.Output, detail, ControlPlaneJson.Default.BlueprintDetail);
                return ExitCode.Done;
            }

            var summary = detail.Summary;
            await surroundings.Output.WriteLineAsync(Rows.Printable($"{summary.Name}: {summary.Title}, {Words.State(summary.State)}{(summary.Reason is { } reason ? $": {reason}" : "")}"));
            var rows = new Rows("CLUSTER", "PACKAGE", "STATE", "NEEDS", "REASON");
            foreach (var cluster in detail.Clusters)
                rows.Add(cluster.Name, cluster.Package, cluster.Cluster is { } there ? Words.State(there.State) : "not there", string.Join(", ", cluster.Needs), cluster.Cluster?.Reason);
            rows.Write(surroundings);
            return ExitCode.Done;
        });
        return command;
    }

    private static ExampledCommand Export(Surroundings surroundings)
    {
        var of = new Argument<string[]>("blueprint|cluster") { Description = "A blueprint, or clusters", Arity = ArgumentArity.OneOrMore };
        var name = new Option<string?>("--name", "-n") { Description = "What it is called; of clusters it is needed" };
        var command = new ExampledCommand("export", "Writes what runs as the blueprint that would bring it up", "dp blueprint export lab > lab.yaml", "dp blueprint export numbers desk --name lab > lab.yaml") { of, name };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            var document = await client.ExportBlueprintAsync(new BlueprintExportRequest(parsed.GetRequiredValue(of), parsed.GetValue(name)), cancellation);
            if (parsed.WantsJson()) await JsonOutput.WriteAsync(surroundings.Output, document, ControlPlaneJson.Default.BlueprintDocument);
            else await surroundings.Output.WriteAsync(document.Content);
            return ExitCode.Done;
        });
        return command;
    }
}
