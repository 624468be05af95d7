using System.Diagnostics;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Artifacts;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

/// <summary>Dask from Debian's own packages: what works where no engine's artifacts can be had at all.</summary>
public sealed class DaskLaunchTests(ITestOutputHelper output)
{
    private const string Sum = """
        import os
        from distributed import Client
        with Client(os.environ["DASK_SCHEDULER_ADDRESS"], timeout="30s") as client:
            print(client.submit(sum, range(1000)).result(), len(client.scheduler_info()["workers"]))
        """;

    [Fact]
    public async Task Survives_a_restart_of_its_scheduler_and_the_death_of_a_worker_and_goes_away()
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/distributed"), "Debian's python3-distributed is not installed here");
        await using var pool = await RealPool.StartAsync(2, "cpus:2;mem:4096;disk:20000");
        await using var server = await StoreServer.StartAsync(Mirror.Store with { Folder = Path.Combine(pool.Folder, "store") });
        var source = new NoPython(server.Store);
        List<string> launched;
        await using (var dask = new SchedulerUnderTest(pool, ShippedPackage.Read("dask"), "trial", source))
        {
            var asked = Stopwatch.StartNew();
            dask.Want();
            var ready = await dask.UntilAsync(ClusterState.Ready, TimeSpan.FromMinutes(2));
            output.WriteLine($"asked to ready: {asked.Elapsed.TotalSeconds:0.0} s");
            (await AskAsync(dask, pool.Folder)).ShouldBe("499500 2");
            launched = [.. ready.Tasks.Select(task => task.TaskId).Order()];
        }

        await using (var dask = new SchedulerUnderTest(pool, ShippedPackage.Read("dask"), "trial", source))
        {
            dask.Want();
            // Until its files are looked up again nobody is told how to reach it.
            var adopted = await dask.UntilAsync(seen => seen.State == ClusterState.Ready && dask.Subject.Connection is { Environment.Count: > 0 }, TimeSpan.FromMinutes(1));
            (await AskAsync(dask, pool.Folder)).ShouldBe("499500 2");
            adopted.Tasks.Select(task => task.TaskId).Order().ShouldBe(launched);

            using (var worker = Process.GetProcessById(PidOf(adopted.Tasks.First(task => task.Name == "worker-1").TaskId)))
                worker.Kill();
            await dask.UntilAsync(ClusterState.Degraded, TimeSpan.FromMinutes(1));
            var mended = await dask.UntilAsync(ClusterState.Ready, TimeSpan.FromMinutes(1));
            mended.Tasks.Count(task => task.Name == "worker-1").ShouldBe(2);
            (await AskAsync(dask, pool.Folder)).ShouldBe("499500 2");

            using (var client = Client(dask, pool.Folder, "import os, sys\nfrom distributed import Client\nclient = Client(os.environ['DASK_SCHEDULER_ADDRESS'])\nsys.stdin.read()"))
            {
                (await dask.UntilActivityAsync(seen => seen.State == ActivityState.Busy, TimeSpan.FromMinutes(1))).Of.ShouldBe("1 client");
                client.StandardInput.Close();
            }

            (await dask.UntilActivityAsync(seen => seen.State == ActivityState.Idle, TimeSpan.FromMinutes(1))).Of.ShouldBe("clients");
            dask.Remove();
            await dask.UntilGoneAsync(TimeSpan.FromSeconds(60));
        }
    }

    /// <summary>The process whose environment names the task.</summary>
    private static int PidOf(string taskId)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            try
            {
                if (File.ReadAllText($"{folder}/environ").Contains($"MESOS_TASK_ID={taskId}\0", StringComparison.Ordinal) && File.ReadAllText($"{folder}/comm").StartsWith("python", StringComparison.Ordinal))
                    return int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It ended, or is none of ours.
            }
        }
        throw new InvalidOperationException($"no process of {taskId}");
    }

    private static async Task<string> AskAsync(SchedulerUnderTest dask, string folder)
    {
        using var process = Client(dask, folder, Sum);
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await process.WaitForExitAsync(limit.Token);
        process.ExitCode.ShouldBe(0, await errors);
        return said.Trim();
    }

    private static Process Client(SchedulerUnderTest dask, string folder, string program)
    {
        var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(program);
        var connection = dask.Subject.Connection!;
        foreach (var (name, value) in connection.Environment)
            start.Environment[name] = value;
        foreach (var file in connection.Keys.Files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file.Path))!);
            File.WriteAllText(Path.Combine(folder, file.Path), file.Content);
        }

        foreach (var (name, path) in connection.Keys.Paths)
            start.Environment[name] = Path.Combine(folder, path);
        return Process.Start(start)!;
    }

    /// <summary>A store without any engine's artifacts.</summary>
    private sealed class NoPython(IArtifactSource store) : IArtifactSource
    {
        public Task<ArtifactResolution> ResolveAsync(ArtifactNeeds needs, IProgress<ArtifactProgress>? progress, CancellationToken cancellationToken) =>
            needs.Nothing ? store.ResolveAsync(needs, progress, cancellationToken) : Task.FromResult<ArtifactResolution>(new ArtifactResolution.Unavailable("no wheels here"));

        public string? Unavailable(ArtifactNeeds needs) => null;
    }
}
