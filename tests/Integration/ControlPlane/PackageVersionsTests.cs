using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Integration.Tests.Engines;
using DataPlatform.Integration.Tests.Platform;
using DataPlatform.Operators.Sdk.Declared;

namespace DataPlatform.Integration.Tests.ControlPlane;

/// <summary>Two versions of a package from a folder outside the repository, while clusters run.</summary>
public sealed class PackageVersionsTests : IDisposable
{
    private const string Declaration = """
        schema: 1
        name: pages
        title: Pages
        description: Serves a page.
        versions: [{ version: "VERSION", program: /usr/bin/python3, debian: python3 }]
        options:
          servers: { type: integer, title: Servers, minimum: 1, maximum: 4, default: 2, change: dynamic }
        pods:
          server:
            count: "{{ servers }}"
            task:
              resources: { cpus: 0.1, memory: 64, disk: 16 }
              ports: [http]
              command: { arguments: [-m, http.server, --bind, "{{ host }}", "{{ ports.http }}"] }
              files: [{ path: index.html, text: "page of {{ version }}" }]
              ready: { http: { port: http, path: / } }
        endpoints: [{ name: page, title: Page, pod: server, port: http, scheme: http }]
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dp-versions-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Stand_side_by_side_and_a_cluster_moves_from_one_to_the_other_pod_by_pod()
    {
        await using var platform = await PlatformProcesses.StartAsync(agents: 2);
        using var client = await platform.StartControlPlaneAsync();
        await client.InstallPackageAsync(Package("1.0"));
        var before = await client.LaunchAsync(platform, "pages", "old", new JsonObject { ["servers"] = 2 });

        (await client.InstallPackageAsync(Package("2.0"))).Versions.ShouldBe(["2.0", "1.0"]);
        var newer = await client.LaunchAsync(platform, "pages", "new", []);
        await client.LaunchAsync(new LaunchRequest("pages", "chosen", null, null) { Version = "1.0" });
        var chosen = await client.ReadyAsync(platform, "chosen");
        (await client.ClusterAsync("old")).Tasks.Select(task => task.TaskId).ShouldBe(before.Tasks.Select(task => task.TaskId), ignoreOrder: true);
        foreach (var (cluster, version) in (IEnumerable<(ClusterDetail, string)>)[(before, "1.0"), (newer, "2.0"), (chosen, "1.0")])
            (await PageAsync(cluster)).ShouldBe($"page of {version}");

        // What is stored of the versions and of who runs on which holds over a restart.
        await platform.ControlPlane.CrashAsync();
        using var again = await platform.StartControlPlaneAsync();
        (await again.ReadyAsync(platform, "old")).Tasks.Select(task => task.TaskId).ShouldBe(before.Tasks.Select(task => task.TaskId), ignoreOrder: true);
        (await Should.ThrowAsync<RefusedException>(() => again.RemovePackageAsync("pages", "1.0"))).Problem.Detail!.ShouldStartWith("Clusters of pages 1.0: chosen, old.");

        var wanted = new JsonObject { ["version"] = "2.0" };
        (await again.UpdateAsync("old", new UpdateRequest(wanted, DryRun: true))).Pods.Select(pod => $"{pod.Pod} {pod.Change}: {pod.Why}")
            .ShouldBe(["server-0 restarted: its version changes from 1.0 to 2.0", "server-1 restarted: its version changes from 1.0 to 2.0"]);
        await again.UpdateAsync("old", new UpdateRequest(wanted, DryRun: null));
        ClusterDetail? moved = null;
        await Eventually.HoldsAsync(
            async () => (moved = await again.ClusterAsync("old")) is { Summary.State: ClusterState.Ready } && moved.Events.Any(happened => happened.Text == "updated to target 2"),
            "the update to be complete", () => platform.ControlPlane.Log, TimeSpan.FromMinutes(2));
        moved!.Summary.Version.ShouldBe("2.0");
        (await PageAsync(moved)).ShouldBe("page of 2.0");
        var servers = moved.Tasks.Where(task => task.EndedAt is null).OrderBy(task => task.Name, StringComparer.Ordinal).ToList();
        servers.Select(task => task.TaskId).ShouldNotBe(before.Tasks.Select(task => task.TaskId));
        // The second of them was not touched before the first served again.
        servers[1].StartedAt!.Value.ShouldBeGreaterThan(servers[0].StartedAt!.Value);

        await again.DeleteAndWaitAsync("chosen");
        await again.RemovePackageAsync("pages", "1.0");
        (await again.PackageAsync("pages")).Versions.ShouldBe(["2.0"]);
        (await again.ClusterAsync("old")).Summary.State.ShouldBe(ClusterState.Ready);
        foreach (var name in (string[])["old", "new"])
            await again.DeleteAndWaitAsync(name);
        await again.RemovePackageAsync("pages");
    }

    private byte[] Package(string version)
    {
        File.WriteAllText(Path.Combine(folder.FullName, PackageReader.FileName), Declaration.Replace("VERSION", version, StringComparison.Ordinal));
        return PackageArchive.Pack(folder.FullName);
    }

    private static async Task<string> PageAsync(ClusterDetail cluster)
    {
        using var http = new HttpClient();
        return (await http.GetStringAsync(cluster.Endpoints[0].Url)).Trim();
    }
}
