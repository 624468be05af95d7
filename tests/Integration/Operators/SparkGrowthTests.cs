using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

public sealed class SparkGrowthTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private const string Program = """
        import os, time
        from pyspark.sql import SparkSession
        from pyspark.sql.functions import udf
        spark = SparkSession.builder.remote(os.environ["SPARK_REMOTE"]).getOrCreate()
        @udf("string")
        def place(number):
            time.sleep(3)
            return os.environ["MESOS_TASK_ID"].split(".")[1]
        places = [row[0] for row in spark.range(0, 30, 1, 30).select(place("id")).collect()]
        print(len(places), *sorted(set(places)))
        """;

    [Fact]
    [Trait("Length", "Minutes")]
    public async Task Workers_come_while_tasks_wait_take_some_and_go_when_nothing_runs()
    {
        await using var spark = await DeclaredLaunch.StartAsync("spark", output);
        var (_, connection) = await spark.ReadyAsync("""{"workers":1,"most_workers":3,"worker_memory":512,"driver_memory":512}""");

        var said = SparkClient.RunAsync(
            Program, Path.Combine(spark.SandboxOf("connect"), "python", "site-packages"), spark.LakePath, new Dictionary<string, string> { ["SPARK_REMOTE"] = connection.Environment["SPARK_REMOTE"] });
        (await spark.UntilAsync(seen => Workers(seen) == 3, Patience)).State.ShouldBe(ClusterState.Ready);
        (await said).Trim().ShouldBe("30 worker-0 worker-1 worker-2");

        var seen = await spark.UntilAsync(seen => Workers(seen) == 2, Patience);
        seen.Tasks.Where(IsWorker).Select(task => task.Name).ShouldBe(["worker-0", "worker-1"], ignoreOrder: true);
        output.WriteLine(string.Join('\n', seen.Events));
        await spark.GoneAsync();
    }

    private static int Workers(ClusterObservation seen) => seen.Tasks.Count(IsWorker);

    private static bool IsWorker(TaskView task) => task.Ready && task.Name.StartsWith("worker", StringComparison.Ordinal);
}
