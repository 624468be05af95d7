using System.Text.Json;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.Engines;

/// <summary>What the engines' tests ask of the control plane.</summary>
internal static class Clusters
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    /// <summary>Skips the test, with the control plane's own reason, where the package can't be launched.</summary>
    public static async Task NeedAsync(this ControlPlaneClient client, params string[] packages)
    {
        foreach (var package in packages)
            if ((await client.PackageAsync(package)).UnavailableReason is { } reason) Assert.Skip($"{package}: {reason}");
    }

    public static async Task<ClusterDetail> LaunchAsync(this ControlPlaneClient client, PlatformProcesses platform, string package, string name, JsonObject options)
    {
        await client.LaunchAsync(new LaunchRequest(package, name, options, null));
        return await client.ReadyAsync(platform, name);
    }

    /// <param name="patience">For what waits for many others; otherwise what one cluster may take.</param>
    public static async Task<ClusterDetail> ReadyAsync(this ControlPlaneClient client, PlatformProcesses platform, string name, TimeSpan? patience = null)
    {
        ClusterDetail? cluster = null;
        await Eventually.HoldsAsync(async () => (cluster = await client.ClusterAsync(name)).Summary.State is ClusterState.Ready or ClusterState.Failed, $"{name} to be ready",
            () => JsonSerializer.Serialize(cluster, ControlPlaneJson.Default.ClusterDetail) + "\n" + platform.ControlPlane.Log, patience ?? Patience);
        // That a package can't be had may turn out only when it is asked for.
        if (cluster!.Summary.State == ClusterState.Failed) await client.NeedAsync(cluster.Summary.Package);
        cluster.Summary.State.ShouldBe(ClusterState.Ready, cluster.Summary.Reason);
        return cluster;
    }

    public static async Task DeleteAndWaitAsync(this ControlPlaneClient client, string name)
    {
        await client.DeleteAsync(name);
        await Eventually.HoldsAsync(async () => (await client.ClustersAsync()).All(cluster => cluster.Name != name), $"{name} to be gone", limit: TimeSpan.FromMinutes(1));
    }

    /// <summary>Puts a notebook of one cell among the lake's notebooks.</summary>
    public static void WriteNotebook(string lake, string name, string code)
    {
        var cell = new JsonObject { ["cell_type"] = "code", ["metadata"] = new JsonObject(), ["source"] = code, ["outputs"] = new JsonArray(), ["execution_count"] = null, ["id"] = "only" };
        var notebook = new JsonObject
        {
            ["cells"] = new JsonArray(cell), ["nbformat"] = 4, ["nbformat_minor"] = 5,
            ["metadata"] = new JsonObject { ["kernelspec"] = new JsonObject { ["name"] = "python3", ["display_name"] = "Python 3", ["language"] = "python" } },
        };
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(lake, "_notebooks")).FullName, name), notebook.ToJsonString());
    }

    /// <summary>All that the executed notebook printed.</summary>
    public static string Printed(string lake, string name)
    {
        var notebook = JsonNode.Parse(File.ReadAllText(Path.Combine(lake, "_notebooks", "executed", name)))!;
        return string.Concat(notebook["cells"]!.AsArray().SelectMany(cell => cell!["outputs"] as JsonArray ?? []).Where(output => output!["output_type"]!.GetValue<string>() == "stream")
            .SelectMany(output => output!["text"] is JsonArray lines ? lines.Select(line => line!.GetValue<string>()) : [output["text"]!.GetValue<string>()]));
    }
}
