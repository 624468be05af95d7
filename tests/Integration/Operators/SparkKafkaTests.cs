using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

public sealed class SparkKafkaTests(ITestOutputHelper output)
{
    private const string Program = """
        import os, sys
        from pyspark.sql import SparkSession
        spark = SparkSession.builder.remote(os.environ["SPARK_REMOTE"]).getOrCreate()
        kafka = {
            "kafka.bootstrap.servers": sys.argv[2], "kafka.security.protocol": sys.argv[3], "kafka.sasl.mechanism": "PLAIN",
            "kafka.ssl.endpoint.identification.algorithm": "",
        }
        spark.range(0, 1000, 1, 4).selectExpr("cast(id as string) as value").write.format("kafka").options(**kafka).option("topic", "numbers").save()
        stream = spark.readStream.format("kafka").options(**kafka).option("subscribe", "numbers").option("startingOffsets", "earliest").load()
        query = (
            stream.selectExpr("cast(cast(value as string) as int) as number").writeStream.format("parquet")
            .option("path", sys.argv[1]).option("checkpointLocation", sys.argv[1] + "-checkpoint").trigger(availableNow=True).start()
        )
        query.awaitTermination()
        print(spark.read.parquet(sys.argv[1]).selectExpr("count(*)", "sum(number)").collect()[0])
        """;

    /// <summary>Nothing in the program signs in.</summary>
    [Theory]
    [Trait("Length", "Minutes")]
    [InlineData("false", "SASL_PLAINTEXT")]
    [InlineData("true", "SASL_SSL")]
    public async Task A_stream_reads_from_the_Kafka_that_it_is_connected_to(string tls, string protocol)
    {
        await using var spark = await DeclaredLaunch.StartAsync("spark", output, agents: 2);
        await spark.BesideAsync("kafka", "log", $$"""{"heap":256,"disk":1024,"tls":{{tls}}}""");
        var (_, connection) = await spark.ReadyAsync("""{"kafka":"log","workers":2}""");

        var kafka = spark.ConnectionOf("log");
        var said = await SparkClient.RunAsync(
            Program, Path.Combine(spark.SandboxOf("connect"), "python", "site-packages"), spark.LakePath, new Dictionary<string, string> { ["SPARK_REMOTE"] = connection.Environment["SPARK_REMOTE"] },
            Path.Combine(spark.LakePath, "numbers"), kafka.Environment["KAFKA_BOOTSTRAP_SERVERS"], protocol);

        said.ShouldContain("count(1)=1000, sum(number)=499500");
        spark.ArgumentsOfTasks().ShouldNotContain(kafka.Environment["KAFKA_SASL_PASSWORD"]);
        File.GetUnixFileMode(Path.Combine(spark.SandboxOf("connect"), "kafka.jaas")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await spark.GoneAsync();
    }
}
