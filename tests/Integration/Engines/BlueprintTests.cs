using System.Text.RegularExpressions;
using DataPlatform.Architecture.Tests;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.Engines;

/// <summary>The lab of docs/blueprints.md, with real engines.</summary>
public sealed partial class BlueprintTests
{
    private const string Code = """
        import os, subprocess
        print(subprocess.run(["/usr/bin/psql", "-X", "-A", "-t", "-w", "-c", "SELECT 'in ' || current_database()"], capture_output=True, text=True).stdout)
        from distributed import Client
        with Client(os.environ["DASK_SCHEDULER_ADDRESS"], timeout="30s") as client:
            print("sum", client.submit(sum, range(1000)).result())
        """;

    [Fact]
    public async Task Comes_up_in_ready_order_with_a_notebook_that_reaches_both_others_and_goes_down_as_one_thing()
    {
        foreach (var program in (string[])["/usr/bin/psql", "/usr/bin/pg_lsclusters"]) Assert.SkipUnless(File.Exists(program), $"{program} is not installed here: Debian's postgresql brings it");
        await using var platform = await PlatformProcesses.StartAsync(agents: 2);
        using var client = await platform.StartControlPlaneAsync();
        await client.NeedAsync("postgresql", "dask", "jupyter");
        Clusters.WriteNotebook(platform.Lake, "both.ipynb", Code);
        var lab = Example().Match(await File.ReadAllTextAsync(Document())).Groups["text"].Value + "    options: { execute: both.ipynb }\n";

        (await Should.ThrowAsync<RefusedException>(() => client.UpAsync(new BlueprintRequest(lab, "lab.yaml", null)))).Problem.Errors!.Single().Field.ShouldBe("lab.yaml:6:12");
        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(Path.Combine(platform.Lake, "flights_by_airport")).FullName, "part-0.csv"), "airport,flights\nZRH,3\n");
        (await client.UpAsync(new BlueprintRequest(lab, "lab.yaml", null))).Clusters.Select(cluster => $"{cluster.Cluster} {cluster.Change}").ShouldBe(["numbers launched", "sums launched", "desk launched"]);

        var (numbers, sums, desk) = (await client.ReadyAsync(platform, "numbers"), await client.ReadyAsync(platform, "sums"), await client.ReadyAsync(platform, "desk"));
        desk.Tasks.Min(task => task.StartedAt!.Value).ShouldBeGreaterThan(new[] { numbers.Summary.ReadyAt!.Value, sums.Summary.ReadyAt!.Value }.Max() - TimeSpan.FromSeconds(1));
        var printed = Clusters.Printed(platform.Lake, "both.ipynb");
        printed.ShouldContain("in numbers");
        printed.ShouldContain("sum 499500");

        await platform.ControlPlane.CrashAsync();
        using var again = await platform.StartControlPlaneAsync();
        (await again.UpAsync(new BlueprintRequest(lab, "lab.yaml", DryRun: true))).Clusters.ShouldAllBe(cluster => cluster.Change == "left");
        (await again.ReadyAsync(platform, "desk")).Tasks.Select(task => task.TaskId).ShouldBe(desk.Tasks.Select(task => task.TaskId), ignoreOrder: true);
        (await Should.ThrowAsync<RefusedException>(() => again.DeleteAsync("numbers"))).Message.ShouldContain("desk (jupyter) connects to numbers");

        await again.DownAsync("lab", evenIfNeeded: false);
        await Eventually.HoldsAsync(async () => (await again.ClustersAsync()).Count == 0 && (await again.BlueprintsAsync()).Count == 0, "the lab to be gone", limit: TimeSpan.FromMinutes(1));
        using var master = platform.Operator();
        (await master.GetTasksAsync(CancellationToken.None)).Tasks.ShouldBeEmpty();
    }

    private static string Document() => Path.Combine(RepositoryRoot.Find(), "docs", "blueprints.md");

    [GeneratedRegex(@"^```yaml lab\.yaml\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
