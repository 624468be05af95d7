using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.Cli.Output;

/// <summary>What to do next, for whoever types <c>dp</c> and no more.</summary>
public static class FirstSteps
{
    private static readonly string[] WithPlatform =
    [
        "dp packages                       what can be launched",
        "dp launch spark --name trial      launches a cluster and shows how to connect",
        "dp clusters                       what there is, and what each does",
    ];

    private static readonly string[] WithoutPlatform =
    [
        "dp quickstart                     starts a whole platform on this machine, with a first cluster",
        "DP_CONFIG=FILE dp clusters        uses the platform of which FILE is the configuration (control_plane, token)",
        "dp control-plane --help           starts the parts one by one, on as many hosts as you like",
    ];

    public static async Task WriteAsync(Surroundings surroundings)
    {
        var (sentence, steps) = Where(surroundings);
        await surroundings.Output.WriteLineAsync(sentence);
        foreach (var step in steps) await surroundings.Output.WriteLineAsync($"  {step}");
        await surroundings.Output.WriteLineAsync("'dp --help' lists all commands.");
    }

    private static (string Sentence, string[] Steps) Where(Surroundings surroundings)
    {
        try
        {
            var address = ControlPlaneAddress.Read(surroundings.ConfigurationFile);
            return ($"The platform is at {address.Url} ({surroundings.ConfigurationFile} says so).", WithPlatform);
        }
        catch (UnreachableException unknown)
        {
            return ($"No platform is known here: {unknown.Message}.", WithoutPlatform);
        }
    }
}
