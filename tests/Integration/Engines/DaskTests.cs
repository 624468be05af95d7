using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.Engines;

public sealed class DaskTests
{
    /// <summary>From the locked wheels, and from Debian's own packages where nothing can be fetched.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Runs_the_weather_notebook(bool debianOnly)
    {
        if (debianOnly && !File.Exists("/usr/bin/dask-scheduler")) Assert.Skip("python3-distributed of Debian is not installed (apt-get install python3-distributed)");
        if (debianOnly && !Directory.Exists("/usr/lib/python3/dist-packages/nbconvert")) Assert.Skip("jupyter-nbconvert of Debian is not installed (apt-get install jupyter-notebook jupyter-nbconvert)");
        await using var platform = await PlatformProcesses.StartAsync(agents: 2);
        using var client = await platform.StartControlPlaneAsync(debianOnly);
        await client.NeedAsync("dask", "jupyter");

        await client.LaunchAsync(platform, "dask", "sums", new JsonObject { ["workers"] = 2 });
        await client.LaunchAsync(platform, "jupyter", "analyst", new JsonObject { ["cluster"] = "sums", ["execute"] = "weather-dask.ipynb" });

        Clusters.Printed(platform.Lake, "weather-dask.ipynb").ShouldNotBeNullOrWhiteSpace();
        (await client.LakeAsync()).ShouldNotBeEmpty();
        await client.DeleteAndWaitAsync("analyst");
        await client.DeleteAndWaitAsync("sums");
    }

    [Fact]
    public async Task A_killed_operator_adopts_what_runs_and_starts_nothing_twice()
    {
        await using var platform = await PlatformProcesses.StartAsync();
        using var client = await platform.StartControlPlaneAsync();
        await client.NeedAsync("dask");
        // No host has so much: nothing is started of it.
        (await Should.ThrowAsync<RefusedException>(() => client.LaunchAsync(new LaunchRequest("dask", "giant", new JsonObject { ["memory"] = 100_000 }, null), CancellationToken.None)))
            .Message.ShouldContain("of memory where it has 8 GiB");
        var before = await client.LaunchAsync(platform, "dask", "lasting", new JsonObject { ["workers"] = 2 });

        await platform.ControlPlane.CrashAsync();
        using var again = await platform.StartControlPlaneAsync();

        var after = await again.ReadyAsync(platform, "lasting");
        TaskIds(after).ShouldBe(TaskIds(before), ignoreOrder: true);
        using var master = platform.Operator();
        (await master.GetTasksAsync(CancellationToken.None)).Tasks.Select(task => task.TaskId.Value).ShouldBe(TaskIds(before), ignoreOrder: true);
        await again.DeleteAndWaitAsync("lasting");
        (await master.GetTasksAsync(CancellationToken.None)).Tasks.ShouldBeEmpty();
    }

    private static IEnumerable<string> TaskIds(ClusterDetail cluster) => cluster.Tasks.Where(task => task.State == "TASK_RUNNING").Select(task => task.TaskId);
}
