using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
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

        var sums = await client.LaunchAsync(platform, "dask", "sums", new JsonObject { ["workers"] = 2 });
        (await HeardByStrangerAsync(new Uri(sums.Endpoints.Single(endpoint => endpoint.Name == "scheduler").Url))).ShouldBe(0, "it has no certificate of the cluster's");
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

    /// <summary>How much the scheduler says to whoever speaks TLS.</summary>
    private static async Task<int> HeardByStrangerAsync(Uri scheduler)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(scheduler.Host, scheduler.Port);
#pragma warning disable CA5359 // A stranger cares for no certificate.
        await using var stream = new SslStream(connection.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
#pragma warning restore CA5359
        try
        {
            await stream.AuthenticateAsClientAsync(scheduler.Host);
            return await stream.ReadAsync(new byte[100]).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        }
        catch (Exception refused) when (refused is IOException or AuthenticationException)
        {
            return 0;
        }
    }

    private static IEnumerable<string> TaskIds(ClusterDetail cluster) => cluster.Tasks.Where(task => task.State == "TASK_RUNNING").Select(task => task.TaskId);
}
