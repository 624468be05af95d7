using System.CommandLine;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Launching;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli.Commands;

public static class PackagesCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var name = new Argument<string?>("package") { Description = "One package, with its options", Arity = ArgumentArity.ZeroOrOne };
        var command = new ExampledCommand("packages", "Lists what can be launched, and the options and sizes of one package", "dp packages", "dp packages spark") { name };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            if (parsed.GetValue(name) is not { } one) return await ListAsync(surroundings, await client.PackagesAsync(cancellation), parsed.WantsJson());
            return await ShowAsync(surroundings, await client.PackageAsync(one, cancellation), parsed.WantsJson());
        });
        return command;
    }

    internal static async Task<int> ListAsync(Surroundings surroundings, IReadOnlyList<PackageView> packages, bool json)
    {
        if (json)
        {
            await JsonOutput.WriteAsync(surroundings.Output, packages, ControlPlaneJson.Default.IReadOnlyListPackageView);
            return ExitCode.Done;
        }
        var rows = new Rows("PACKAGE", "VERSION", "CAN BE LAUNCHED", "DESCRIPTION");
        foreach (var package in packages) rows.Add(package.Name, package.Versions is { Count: > 1 } ? string.Join(", ", package.Versions) : package.Version, package.UnavailableReason is null ? "yes" : "no", package.Description);
        rows.Write(surroundings);
        // Too long for a column: it would leave no room for the names.
        foreach (var package in packages.Where(package => package.UnavailableReason is not null))
            await surroundings.Output.WriteLineAsync(Rows.Printable($"{package.Name} can't be launched: {package.UnavailableReason}"));
        return ExitCode.Done;
    }

    internal static async Task<int> ShowAsync(Surroundings surroundings, PackageView package, bool json)
    {
        if (json)
        {
            await JsonOutput.WriteAsync(surroundings.Output, package, ControlPlaneJson.Default.PackageView);
            return ExitCode.Done;
        }
        await surroundings.Output.WriteLineAsync(Rows.Printable($"{package.Title} {package.Version}: {package.Description}"));
        if (package.Versions is { Count: > 1 }) await surroundings.Output.WriteLineAsync(Rows.Printable($"versions: {string.Join(", ", package.Versions)}"));
        if (package.UnavailableReason is { } reason) await surroundings.Output.WriteLineAsync(Rows.Printable($"It can't be launched here: {reason}"));
        var rows = new Rows("OPTION", "DEFAULT", "ALLOWED", "A CHANGE", "MEANING");
        foreach (var (key, value) in package.Schema["properties"] as JsonObject ?? [])
        {
            var schema = value as JsonObject ?? [];
            rows.Add($"--{key}", (package.Defaults[key] ?? schema["default"])?.ToString(), OptionWords.Allowed(schema), Change(schema), (schema["description"] ?? schema["title"])?.ToString());
        }
        rows.Write(surroundings);
        foreach (var (size, values) in package.Sizes)
            await surroundings.Output.WriteLineAsync(Rows.Printable($"--size {size}: {string.Join(", ", values.Select(value => $"{value.Key}={value.Value}"))}"));
        // A control plane of an earlier version says nothing of them.
        foreach (var operation in package.Operations ?? [])
        {
            await surroundings.Output.WriteLineAsync(Rows.Printable($"{(operation.Name == operation.Kind ? $"dp {operation.Name} CLUSTER" : $"dp operate CLUSTER {operation.Name}")}: {(operation.Description.Length > 0 ? operation.Description : operation.Title)}"));
            var needed = (operation.Inputs?["required"] as JsonArray ?? []).Select(name => name?.ToString()).ToHashSet();
            foreach (var (key, value) in operation.Inputs?["properties"] as JsonObject ?? [])
                await surroundings.Output.WriteLineAsync(Rows.Printable($"  --set {key}={(needed.Contains(key) ? "..." : value?["default"])}: {value?["title"]}{(value?["description"] is { } meaning ? $". {meaning.ToString().TrimEnd('.')}" : "")} ({OptionWords.Allowed(value as JsonObject ?? [])})"));
        }

        return ExitCode.Done;
    }

    /// <summary>What it does to a cluster that runs; empty where the package does not say.</summary>
    private static string Change(JsonObject schema) => schema["x-change"]?.ToString() switch
    {
        "dynamic" => "restarts nothing",
        "restart" => "restarts",
        "fixed" => "is refused",
        _ => "",
    };
}
