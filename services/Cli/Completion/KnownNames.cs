using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.Cli.Completion;

/// <summary>Names that the control plane knows, for a shell that completes a word; none when it does not answer soon.</summary>
public static class KnownNames
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static IEnumerable<string> Clusters(Surroundings surroundings) =>
        Ask(surroundings, async client => (await client.ClustersAsync()).Select(cluster => cluster.Name));

    public static IEnumerable<string> Packages(Surroundings surroundings) =>
        Ask(surroundings, async client => (await client.PackagesAsync()).Select(package => package.Name));

    /// <summary><c>CLUSTER/TASK</c> of a cluster that is named already, else clusters with the slash.</summary>
    public static IEnumerable<string> Tasks(Surroundings surroundings, string begun) => begun.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash
        ? Ask(surroundings, async client => (await client.ClusterAsync(begun[..slash])).Tasks.Select(task => $"{begun[..slash]}/{task.Name}").Distinct())
        : Clusters(surroundings).Select(cluster => cluster + "/");

    private static IEnumerable<string> Ask(Surroundings surroundings, Func<ControlPlaneClient, Task<IEnumerable<string>>> ask)
    {
        try
        {
            using var client = surroundings.Connect(Patience);
            return ask(client).GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is UnreachableException or RefusedException)
        {
            return [];
        }
    }
}
