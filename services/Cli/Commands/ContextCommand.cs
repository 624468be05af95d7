using System.CommandLine;
using System.Text.Json.Nodes;
using DataPlatform.Services.Cli.Contexts;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli.Commands;

/// <summary>Several platforms, one of which is used.</summary>
public static class ContextCommand
{
    public static Command Create(Surroundings surroundings) =>
        new ExampledCommand("context", "Keeps the configurations of several platforms by name, and chooses the one that is used", "dp context add here", "dp context add work --from work.json", "dp context use work", "dp context list")
        {
            List(surroundings), Use(surroundings), Add(surroundings), Remove(surroundings),
        };

    private static ExampledCommand List(Surroundings surroundings)
    {
        var command = new ExampledCommand("list", "Lists the contexts, and which is used", "dp context list", "dp context list -o json");
        command.SetAction(async (parsed, _) =>
        {
            var contexts = Of(surroundings);
            var used = contexts.Used();
            var known = contexts.Names.Select(name => (Name: name, Address: contexts.Read(name))).ToList();
            if (parsed.WantsJson())
            {
                var list = new JsonArray([.. known.Select(each => new JsonObject { ["name"] = each.Name, ["control_plane"] = each.Address.Url, ["is_used"] = each.Address == used })]);
                await surroundings.Output.WriteLineAsync(list.ToJsonString(JsonOutput.Indented));
                return ExitCode.Done;
            }

            var rows = new Rows("NAME", "USED", "CONTROL PLANE");
            foreach (var (name, address) in known) rows.Add(name, address == used ? "yes" : "", address.Url);
            if (rows.Count > 0) rows.Write(surroundings);
            else await surroundings.Error.WriteLineAsync("There are no contexts; 'dp context add NAME' keeps the configuration that is used now.");
            return ExitCode.Done;
        });
        return command;
    }

    private static ExampledCommand Use(Surroundings surroundings) =>
        Change("use", "Uses this one from now on", Known(surroundings), (_, name) => Of(surroundings).Use(name), surroundings, "is used from now on", "dp context use work");

    private static ExampledCommand Remove(Surroundings surroundings) =>
        Change("remove", "Forgets this one; what is used stays as it is", Known(surroundings), (_, name) => Of(surroundings).Remove(name), surroundings, "is forgotten", "dp context remove work");

    private static ExampledCommand Add(Surroundings surroundings)
    {
        var from = new Option<string?>("--from") { Description = "A configuration, as a control plane writes it (--cli-config); the one that is used now when absent", HelpName = "FILE" };
        var command = Change("add", "Keeps a configuration under a name", new Argument<string>("name") { Description = ContextFiles.NameAllowed },
            (parsed, name) => Of(surroundings).Add(name, parsed.GetValue(from)), surroundings, "is kept", "dp context add here", "dp context add work --from work.json");
        command.Add(from);
        return command;
    }

    private static ExampledCommand Change(string action, string description, Argument<string> name, Action<ParseResult, string> change, Surroundings surroundings, string said, params string[] examples)
    {
        var command = new ExampledCommand(action, description, examples) { name };
        command.SetAction(async (parsed, _) =>
        {
            change(parsed, parsed.GetRequiredValue(name));
            await surroundings.Error.WriteLineAsync($"{parsed.GetRequiredValue(name)} {said}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> Known(Surroundings surroundings) => new("name") { Description = "One of 'dp context list'", CompletionSources = { _ => Of(surroundings).Names } };

    private static ContextFiles Of(Surroundings surroundings) => new(surroundings.ConfigurationFile);
}
