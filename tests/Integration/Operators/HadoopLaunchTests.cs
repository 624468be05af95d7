using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using DataPlatform.Core.Client.ControlPlane;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

public sealed partial class HadoopLaunchTests(ITestOutputHelper output)
{
    private const string Small =
        """{"nodemanagers":1,"memory":1536,"vcores":3,"task_memory":384,"scratch":1024,"datanodes":1,"disk":2048,"resourcemanager_memory":192,"history_memory":128,"namenode_memory":192,"queues":"day=70,night=30"}""";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_whole_Hadoop_counts_words_and_says_how_far_it_is()
    {
        await using var launched = await DeclaredLaunch.StartAsync("hadoop", output, zone: "north/1");
        await launched.ReadyAsync(Small);
        var hadoop = new HadoopClient(launched);
        (await hadoop.AskAsync("resourcemanager", "/ws/v1/cluster/nodes")).ToJsonString().ShouldContain("\"rack\":\"/north-1\"");
        await hadoop.RunAsync(["fs", "-put", "-", "words.txt"], "to be or not to be\n");

        var counting = hadoop.RunAsync(["jar", HadoopClient.Examples, "wordcount", "-Dmapreduce.job.queuename=night", "words.txt", "counted"]);
        var facts = await launched.UntilFactsAsync(facts => counting.IsCompleted || facts.Any(fact => fact.Name == "running" && Progress().IsMatch(fact.Value ?? "")));
        counting.IsCompleted.ShouldBeFalse("its progress was never told");
        facts.ShouldContain(fact => fact.Name == "applications_running" && fact.Value == "1");
        await counting;
        (await hadoop.RunAsync(["fs", "-cat", "counted/part-r-00000"])).ShouldBe("be\t2\nnot\t1\nor\t1\nto\t2\n");
        (await hadoop.HistoryAsync(1)).ShouldBe(["word count root.night SUCCEEDED"]);

        (await hadoop.SentAsync("fs", "-cat", "counted/part-r-00000")).ShouldBe((0, "be\t2\nnot\t1\nor\t1\nto\t2\n"));
        (await hadoop.SentAsync("rm", "-rf")).ShouldBe((2, "bash hadoop.sh can't do 'rm': jar, fs, application, node, logs, job, queue\n"));
        (await hadoop.GatewayAsync("another", "fs", "-ls")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await hadoop.GatewayAsync(launched.Exported("HADOOP_JOBS_TOKEN"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await hadoop.CanSubmitOverHttpAsync("data", "day")).ShouldBeFalse("a page that somebody visits could do that");
        launched.ArgumentsOfTasks().ShouldNotContain("HADOOP_USER_NAME");
        await launched.UntilFactsAsync(facts => facts.Any(fact => fact is { Name: "running", Value: "nothing" }));
        await launched.UntilActivityAsync(seen => seen is { State: ActivityState.Idle, Of: not "its launch" });
        await launched.UntilChartedAsync();
        await launched.GoneAsync();
        FoldersOf(launched).ShouldBeEmpty("what tells of racks ends with the cluster");
    }

    [Fact]
    [Trait("Length", "Minutes")]
    public async Task A_job_ends_right_when_a_NodeManager_is_killed_in_the_middle_of_it()
    {
        await using var launched = await DeclaredLaunch.StartAsync("hadoop", output, agents: 2);
        await launched.ReadyAsync(Small.Replace("\"nodemanagers\":1", "\"nodemanagers\":2", StringComparison.Ordinal));
        var hadoop = new HadoopClient(launched);
        var reckoning = hadoop.PiAsync(16);
        await hadoop.UntilAllWorkAsync(2);
        using (var process = Process.GetProcessById(launched.ProcessOf("nodemanager-1", arguments => IsJava(arguments, ".nodemanager.NodeManager"))))
            process.Kill();
        await launched.UntilAsync(ClusterState.Degraded, Patience);
        await launched.UntilAsync(ClusterState.Ready, Patience);
        reckoning.IsCompleted.ShouldBeFalse("it was over before anything was lost");
        (await reckoning).ShouldBe(Math.PI, 0.01);
        (await hadoop.HistoryAsync(1)).ShouldBe(["QuasiMonteCarlo root.day SUCCEEDED"]);

        // What was submitted goes on as well when the ResourceManager starts again, and the file system keeps what it had.
        await launched.UntilFactsAsync(facts => facts.Any(fact => fact is { Name: "running", Value: "nothing" }));
        reckoning = hadoop.PiAsync(8);
        await launched.UntilFactsAsync(facts => facts.Any(fact => fact.Name == "running" && Progress().IsMatch(fact.Value ?? "")));
        foreach (var (task, main) in (Dictionary<string, string>)new() { ["resourcemanager"] = ".resourcemanager.ResourceManager", ["namenode"] = ".namenode.NameNode" })
        {
            using (var process = Process.GetProcessById(launched.ProcessOf(task, arguments => IsJava(arguments, main))))
                process.Kill();
            await launched.UntilAsync(ClusterState.Degraded, Patience);
            await launched.UntilAsync(ClusterState.Ready, Patience);
        }

        (await reckoning).ShouldBe(Math.PI, 0.01);
        await launched.ParkedAndResumedAsync();
        (await hadoop.HistoryAsync(2)).Count.ShouldBe(2);
        await launched.GoneAsync();
    }

    [Fact]
    [Trait("Length", "Minutes")]
    public async Task A_NodeManager_lets_end_what_runs_there_before_it_goes()
    {
        await using var launched = await DeclaredLaunch.StartAsync("hadoop", output, agents: 2);
        await launched.ReadyAsync(Small);
        var hadoop = new HadoopClient(launched);
        var reckoning = hadoop.PiAsync(16);
        await launched.UntilFactsAsync(facts => facts.Any(fact => fact.Name == "running" && Progress().IsMatch(fact.Value ?? "")));
        await launched.ChangedAsync("""{"nodemanagers":2}""");
        reckoning.IsCompleted.ShouldBeFalse("it was over before there was another one");
        await hadoop.UntilAllWorkAsync(2);
        var happened = await launched.ChangedAsync("""{"nodemanagers":1}""");
        reckoning.IsCompleted.ShouldBeTrue("what was made there is needed until the job is over");
        (await reckoning).ShouldBe(Math.PI, 0.01);
        happened.ShouldContain(each => each.Subject.StartsWith("drain", StringComparison.Ordinal));
        (await hadoop.AskAsync("resourcemanager", "/ws/v1/cluster/metrics"))["clusterMetrics"]!["lostNodes"]!.GetValue<int>().ShouldBe(0);
        await launched.GoneAsync();
    }

    [Fact]
    [Trait("Length", "Minutes")]
    public async Task On_an_HDFS_cluster_of_the_platform_it_is_restarted_one_NodeManager_after_the_other()
    {
        await using var launched = await DeclaredLaunch.StartAsync("hadoop", output, agents: 2);
        await launched.BesideAsync("hdfs", "files", """{"datanodes":1,"copies":1,"disk":2048,"namenode_memory":192,"datanode_memory":128,"names_disk":256,"writer":"ann"}""");
        await launched.ReadyAsync(Small.Replace("\"nodemanagers\":1", "\"nodemanagers\":2,\"hdfs\":\"files\"", StringComparison.Ordinal));
        var hadoop = new HadoopClient(launched);
        var reckoning = hadoop.PiAsync(16);
        await hadoop.UntilAllWorkAsync(2);
        var restarted = await launched.RestartedAsync();
        restarted.Order(StringComparer.Ordinal).ShouldBe(["gateway", "historyserver", "nodemanager-0", "nodemanager-1", "resourcemanager"]);
        (await reckoning).ShouldBe(Math.PI, 0.01);
        (await launched.AskedAsync("pi", "")).State.ShouldBe(StepState.Complete);
        (await hadoop.HistoryAsync(2)).ShouldAllBe(job => job == "QuasiMonteCarlo root.day SUCCEEDED");
        (await hadoop.RunAsync(["fs", "-ls", "/user"])).ShouldContain("/user/history-trial");
        await launched.GoneAsync();
    }

    private static bool IsJava(string arguments, string main) => arguments.StartsWith("/usr/bin/java ", StringComparison.Ordinal) && arguments.TrimEnd().EndsWith(main, StringComparison.Ordinal);

    private static IEnumerable<string> FoldersOf(DeclaredLaunch launched) =>
        Path.Combine(launched.LakePath, "_hadoop") is var folder && Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder) : [];

    [GeneratedRegex("[A-Za-z] [1-9][0-9]? %")]
    private static partial Regex Progress();
}
