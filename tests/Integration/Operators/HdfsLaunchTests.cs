using System.Diagnostics;
using System.Globalization;
using System.Net;
using DataPlatform.Core.Client.ControlPlane;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

public sealed class HdfsLaunchTests(ITestOutputHelper output)
{
    private const string Small = """{"datanodes":1,"copies":1,"disk":512,"namenode_memory":192,"datanode_memory":128,"names_disk":256}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Files_outlive_kills_and_parking()
    {
        await using var launched = await DeclaredLaunch.StartAsync("hdfs", output);
        await launched.ReadyAsync(Small);
        var hdfs = new WebHdfs(launched);
        var numbers = Numbers(20_000);
        await hdfs.WriteAsync("/user/data/numbers.txt", numbers);
        (await hdfs.ReadAsync("/user/data/numbers.txt")).ShouldBe(numbers);

        foreach (var (task, main) in (Dictionary<string, string>)new() { ["namenode-0-server"] = ".namenode.NameNode", ["datanode-0"] = ".datanode.DataNode" })
        {
            using (var process = Process.GetProcessById(launched.ProcessOf(task, arguments => IsJava(arguments, main))))
                process.Kill();
            await launched.UntilAsync(ClusterState.Degraded, Patience);
            await launched.UntilAsync(ClusterState.Ready, Patience);
            (await hdfs.ReadAgainAsync("/user/data/numbers.txt", Patience)).ShouldBe(numbers, task);
        }

        await launched.ParkedAndResumedAsync();
        (await hdfs.ReadAgainAsync("/user/data/numbers.txt", Patience)).ShouldBe(numbers);
        await launched.GoneAsync();
        FoldersOf(launched).ShouldBeEmpty("what tells of racks ends with the cluster");
    }

    [Fact]
    [Trait("Length", "Minutes")]
    public async Task Permissions_are_kept_and_nothing_shows_the_superusers_name()
    {
        await using var launched = await DeclaredLaunch.StartAsync("hdfs", output, zone: "north/1");
        await launched.ReadyAsync(Small);
        (await WebHdfs.StateAsync(launched.Exported("HDFS_WEB"), "NameNodeInfo")).ShouldContain("\\\"location\\\":\\\"/north-1\\\"");
        await new WebHdfs(launched).WriteAsync("/user/data/numbers.txt", "1");
        await launched.UntilChartedAsync();
        using (var foreign = await new WebHdfs(launched, "stranger").AskAsync(HttpMethod.Delete, "/user/data/numbers.txt", "DELETE"))
            foreign.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using (var host = await new WebHdfs(launched, Environment.UserName).AskAsync(HttpMethod.Put, "/other", "MKDIRS"))
            host.StatusCode.ShouldBe(HttpStatusCode.Forbidden, "whoever the NameNode runs as is nobody in particular");
        using (var own = await new WebHdfs(launched, "stranger").AskAsync(HttpMethod.Put, "/user/stranger", "MKDIRS"))
            own.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await launched.SnippetAsync("Shell")).ShouldBe("hello\n");
        foreach (var folder in (string[])["/", "/user", "/tmp"])
        {
            using var status = await new WebHdfs(launched).AskAsync(HttpMethod.Get, folder, "GETFILESTATUS");
            (await status.Content.ReadAsStringAsync()).ShouldContain("\"owner\":\"hdfs\"");
        }

        launched.ArgumentsOfTasks().ShouldNotContain("HADOOP_USER_NAME");
        await launched.UntilActivityAsync(seen => seen is { State: ActivityState.Idle, Of: "operations on files" });
        await launched.GoneAsync();
    }

    [Fact]
    [Trait("Length", "Minutes")]
    public async Task A_DataNode_hands_on_what_it_holds_before_it_goes_and_others_are_filled_when_they_come()
    {
        await using var launched = await DeclaredLaunch.StartAsync("hdfs", output, agents: 3);
        await launched.ReadyAsync(Small.Replace("\"datanodes\":1", "\"datanodes\":3", StringComparison.Ordinal));
        var hdfs = new WebHdfs(launched);
        var numbers = Numbers(1000);
        // Of one copy each, wherever that is.
        foreach (var index in Enumerable.Range(0, 12))
            await hdfs.WriteAsync($"/user/data/{index}.txt", numbers + index.ToString(CultureInfo.InvariantCulture));

        (await launched.ChangedAsync("""{"datanodes":2}""")).ShouldContain(happened => happened.Subject == "datanode-2" || happened.Text.Contains("decommission", StringComparison.Ordinal));
        foreach (var index in Enumerable.Range(0, 12))
            (await hdfs.ReadAsync($"/user/data/{index}.txt")).ShouldBe(numbers + index.ToString(CultureInfo.InvariantCulture));

        await launched.ChangedAsync("""{"datanodes":3}""");
        await launched.UntilFactsAsync(facts => facts.Any(fact => fact is { Name: "missing", Value: "0" }) && facts.Any(fact => fact is { Name: "under_replicated", Value: "0" }));
        foreach (var index in Enumerable.Range(0, 12))
            (await hdfs.ReadAsync($"/user/data/{index}.txt")).ShouldBe(numbers + index.ToString(CultureInfo.InvariantCulture));
        await launched.GoneAsync();
    }

    [Fact]
    [Trait("Length", "Minutes")]
    public async Task A_DataNode_stays_when_fewer_would_be_left_than_files_have_copies()
    {
        await using var launched = await DeclaredLaunch.StartAsync("hdfs", output, agents: 2);
        await launched.ReadyAsync(Small.Replace("\"datanodes\":1,\"copies\":1", "\"datanodes\":2,\"copies\":2", StringComparison.Ordinal));
        await new WebHdfs(launched).WriteAsync("/user/data/numbers.txt", "1 2 3");
        (await launched.ChangedUntilAsync("""{"datanodes":1}""", happened => happened.Subject == "decommission-datanode-1" && happened.Text.Contains("TASK_FAILED", StringComparison.Ordinal)))
            .Text.ShouldContain("1 DataNodes would stay, and files have 2 copies (the option copies)");
        await launched.ChangedAsync("""{"datanodes":2}""");
        (await WebHdfs.StateAsync(launched.Exported("HDFS_WEB"), "FSNamesystemState")).ShouldContain("\"NumInServiceLiveDataNodes\" : 2");
        (await new WebHdfs(launched).ReadAsync("/user/data/numbers.txt")).ShouldBe("1 2 3");
        await launched.GoneAsync();
    }

    [Fact]
    [Trait("Length", "Minutes")]
    public async Task The_other_NameNode_serves_within_seconds_when_the_active_one_dies()
    {
        await using var launched = await DeclaredLaunch.StartAsync("hdfs", output, agents: 3);
        await launched.BesideAsync("zookeeper", "keeper", """{"servers":1,"memory":64,"disk":128}""");
        await launched.ReadyAsync(Small.Replace("\"datanodes\":1,\"copies\":1", "\"datanodes\":2,\"copies\":2,\"available\":true,\"zookeeper\":\"keeper\"", StringComparison.Ordinal));
        var hdfs = new WebHdfs(launched);
        var numbers = Numbers(1000);
        await hdfs.WriteAsync("/user/data/before.txt", numbers);
        var active = (await launched.UntilFactsAsync(facts => facts.Count(fact => fact is { Name: "role", Value: "active" }) == 1)).Single(fact => fact is { Name: "role", Value: "active" }).Pod;

        var gap = Stopwatch.StartNew();
        using (var process = Process.GetProcessById(launched.ProcessOf($"{active}-server", arguments => IsJava(arguments, ".namenode.NameNode"))))
            process.Kill();
        await hdfs.UntilServedAsync("/user/data/before.txt", Patience);
        output.WriteLine($"without a NameNode: {gap.Elapsed.TotalSeconds:0.0} s");
        gap.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
        (await hdfs.ReadAsync("/user/data/before.txt")).ShouldBe(numbers);
        await hdfs.WriteAsync("/user/data/after.txt", numbers);

        await launched.UntilFactsAsync(facts => facts.Count(fact => fact is { Name: "role", Value: "active" or "standby" }) == 2 && facts.Any(fact => fact is { Name: "role", Value: "standby" } && fact.Pod == active));
        await launched.UntilAsync(ClusterState.Ready, Patience);
        foreach (var name in (string[])["before", "after"])
            (await hdfs.ReadAsync($"/user/data/{name}.txt")).ShouldBe(numbers);
        await launched.GoneAsync();
    }

    [Fact]
    [Trait("Length", "Minutes")]
    public async Task A_restart_goes_through_all_of_two_NameNodes_the_active_one_last()
    {
        await using var launched = await DeclaredLaunch.StartAsync("hdfs", output, agents: 3);
        await launched.BesideAsync("zookeeper", "keeper", """{"servers":1,"memory":64,"disk":128}""");
        await launched.ReadyAsync(Small.Replace("\"copies\":1", "\"copies\":1,\"available\":true,\"zookeeper\":\"keeper\"", StringComparison.Ordinal));
        await new WebHdfs(launched).WriteAsync("/user/data/numbers.txt", "1 2 3");
        var active = (await launched.UntilFactsAsync(facts => facts.Count(fact => fact is { Name: "role", Value: "active" }) == 1 && facts.Count(fact => fact is { Name: "role", Value: "standby" }) == 1))
            .Single(fact => fact is { Name: "role", Value: "active" }).Pod;
        var restarted = await launched.RestartedAsync();
        restarted.Order(StringComparer.Ordinal).ShouldBe(
        [
            "datanode-0", "journalnode-0", "journalnode-1", "journalnode-2", "namenode-0-failover", "namenode-0-server", "namenode-1-failover", "namenode-1-server",
        ]);
        restarted.Last(task => task.EndsWith("-server", StringComparison.Ordinal)).ShouldBe($"{active}-server");
        (await new WebHdfs(launched).ReadAsync("/user/data/numbers.txt")).ShouldBe("1 2 3");
        await launched.GoneAsync();
    }

    private static string Numbers(int count) => string.Join('\n', Enumerable.Range(0, count));

    private static bool IsJava(string arguments, string main) => arguments.StartsWith("/usr/bin/java ", StringComparison.Ordinal) && arguments.TrimEnd().EndsWith(main, StringComparison.Ordinal);

    private static IEnumerable<string> FoldersOf(DeclaredLaunch launched) =>
        Path.Combine(launched.LakePath, "_hdfs") is var folder && Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories) : [];
}
