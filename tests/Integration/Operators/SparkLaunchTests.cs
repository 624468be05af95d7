using System.Diagnostics;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Artifacts;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

public sealed class SparkLaunchTests(ITestOutputHelper output)
{
    private const string Program = """
        import os, sys
        from pyspark.sql import SparkSession
        from pyspark.sql.functions import udf, pandas_udf, col
        spark = SparkSession.builder.remote(os.environ["SPARK_REMOTE"]).getOrCreate()
        words = udf(lambda n: "even" if n % 2 == 0 else "odd", "string")
        @pandas_udf("double")
        def half(v):
            return v / 2.0
        # More parts than one executor takes, shuffled: executors of one host need each other's.
        table = spark.range(0, 1000, 1, 8).repartition(8, "id").select(words(col("id")).alias("kind"), half(col("id")).alias("half"))
        table.write.mode("overwrite").parquet(sys.argv[1])
        back = spark.read.parquet(sys.argv[1]).groupBy("kind").sum("half").orderBy("kind").collect()
        print([(row[0], row[1]) for row in back])
        # At the end: a session, once made, is everybody's in the process.
        try:
            print("a stranger is told", SparkSession.builder.remote(os.environ["SPARK_REMOTE"].split("/;")[0]).create().range(3).count())
        except Exception as refused:
            print("a stranger is", "refused" if "UNAUTHENTICATED" in str(refused) else refused)
        """;

    [Fact]
    [Trait("Length", "Minutes")]
    public async Task Launches_a_Spark_that_runs_Python_functions_and_writes_to_the_lake_and_goes_away()
    {
        var package = ShippedPackage.Read("spark");
        await using var pool = await RealPool.StartAsync(3, "cpus:2;mem:8192;disk:20000", Mirror.FetchCache);
        await using var server = await StoreServer.StartAsync(Mirror.Store);
        if (await server.Store.ResolveAsync(package.Needs([]), null, TestContext.Current.CancellationToken) is not ArtifactResolution.Ready(var artifacts))
        {
            Assert.Skip(server.Store.Unavailable(package.Needs([])) ?? "Spark's artifacts can't be had here");
            return;
        }
        await using var spark = new SchedulerUnderTest(pool, package, "trial", server.Store);

        var asked = (At: DateTimeOffset.UtcNow, Clock: Stopwatch.StartNew());
        spark.Want();
        var ready = await spark.UntilAsync(ClusterState.Ready, TimeSpan.FromMinutes(4));
        output.WriteLine($"asked to ready: {asked.Clock.Elapsed.TotalSeconds:0.0} s");
        foreach (var step in ready.Plans[0].Phases.SelectMany(phase => phase.Steps))
            output.WriteLine($"{step.Name}: launched after {(step.StartedAt - asked.At)?.TotalSeconds:0.00} s, ready after {(step.FinishedAt - asked.At)?.TotalSeconds:0.00} s");
        // A slow host may have lost a start, and the cluster made it good: what ended is told, what lives is counted.
        foreach (var ended in ready.Tasks.Where(task => task.EndedAt is not null))
            TestContext.Current.AddWarning($"{ended.Name} ended before the cluster was ready: {ended.State} {ended.Message}");
        ready.Tasks.Count(task => task.EndedAt is null).ShouldBe(4);
        ready.Snippets.ShouldNotBeEmpty();
        (await spark.UntilActivityAsync(seen => seen.State == ActivityState.Idle, TimeSpan.FromMinutes(2))).Of.ShouldBe("its launch", "the Connect server and its executors are none");

        var table = Path.Combine(spark.LakePath, "halves");
        var said = await PythonAsync(server.Store.Content.PathOf(DataPlatform.Operators.Sdk.Packages.Digest.Parse(artifacts.Python!.Digest)), pool.Folder, spark.Subject.Connection!.Keys.Variables, table);
        output.WriteLine($"asked to result: {asked.Clock.Elapsed.TotalSeconds:0.0} s");
        said.ShouldContain("a stranger is refused");
        said.ShouldContain("[('even', 124750.0), ('odd', 125000.0)]");
        Directory.GetFiles(table, "*.parquet").ShouldNotBeEmpty();
        await MeasuredPages.UntilChartedAsync(spark);

        var last = await spark.UntilActivityAsync(seen => seen is { State: ActivityState.Idle, Of: not "its launch" }, TimeSpan.FromMinutes(2));
        output.WriteLine($"last activity: {last.Of}");
        last.Of.ShouldBe("jobs");

        spark.Remove();
        await spark.UntilGoneAsync(TimeSpan.FromSeconds(60));
        var events = Path.GetFileName(Directory.GetDirectories(Path.Combine(spark.LakePath, "_spark", "events")).ShouldHaveSingleItem());
        events.ShouldStartWith("eventlog_v2_trial-");
    }

    private static async Task<string> PythonAsync(string environmentTar, string folder, IReadOnlyDictionary<string, string> connection, string table)
    {
        var unpacked = Path.Combine(folder, "client");
        Directory.CreateDirectory(unpacked);
        await System.Formats.Tar.TarFile.ExtractToDirectoryAsync(environmentTar, unpacked, overwriteFiles: false);
        return await SparkClient.RunAsync(Program, Path.Combine(unpacked, "site-packages"), folder, connection, table);
    }
}
