using System.Text.Json;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.ThirdParty;

/// <summary>A scheduler, an executor and an operator on a library that this project did not write: mesos-go, unchanged, in both of its codecs.</summary>
public sealed class MesosGoTests
{
    [Theory]
    [InlineData("application/x-protobuf")]
    [InlineData("application/json")]
    public async Task Launches_reconciles_and_kills_tasks_by_themselves_and_under_an_executor_of_its_own(string codec)
    {
        await using var platform = await PlatformProcesses.StartAsync();
        if (await GoPrograms.BuildAsync(platform.Shared, "goScheduler", "goExecutor") is { } missing) Assert.Skip(missing);

        var (status, output) = await GoPrograms.RunAsync(Path.Combine(platform.Shared, "goScheduler"),
            [$"{platform.Master.Endpoint}api/v1/scheduler", Path.Combine(platform.Shared, "goExecutor")], new() { ["CODEC"] = codec, ["SECRET"] = platform.FrameworkSecret });

        status.ShouldBe(0, output);
        var said = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var updates = said.Where(line => Text(line, "what") == "update").ToLookup(line => line.GetProperty("reconciled").GetBoolean());
        updates[false].GroupBy(line => Text(line, "task"), line => Text(line, "state")).Select(each => $"{each.Key}: {string.Join(' ', each)}").Order().ShouldBe([
            "long: TASK_STARTING TASK_RUNNING TASK_KILLED", "short: TASK_STARTING TASK_RUNNING TASK_FINISHED", "under: TASK_RUNNING TASK_KILLED"]);
        updates[false].ShouldAllBe(line => line.GetProperty("uuid").GetInt32() == 16);
        updates[true].Select(line => $"{Text(line, "task")} {Text(line, "state")} {Text(line, "source")} {line.GetProperty("uuid")}").Order().ShouldBe([
            "long TASK_RUNNING SOURCE_MASTER 0", "never TASK_LOST SOURCE_MASTER 0", "under TASK_RUNNING SOURCE_MASTER 0"]);
        Text(said.Single(line => Text(line, "what") == "message"), "data").ShouldBe("HELLO");
        var failure = said.Single(line => Text(line, "what") == "failure");
        (Text(failure, "executor"), failure.GetProperty("status").GetInt32()).ShouldBe(("go", 0));
        using var client = platform.Operator();
        var frameworks = await client.GetFrameworksAsync(CancellationToken.None);
        frameworks.Frameworks.ShouldBeEmpty();
        frameworks.CompletedFrameworks.ShouldHaveSingleItem().FrameworkInfo.Name.ShouldBe("go");
    }

    [Theory]
    [InlineData("application/x-protobuf")]
    [InlineData("application/json")]
    public async Task An_operator_reads_and_changes_the_pool_and_runs_commands_beside_a_task(string codec)
    {
        await using var platform = await PlatformProcesses.StartAsync(open: true);
        if (await GoPrograms.BuildAsync(platform.Shared, "goOperator") is { } missing) Assert.Skip(missing);
        await using var framework = platform.Framework();
        await framework.SubscribeAsync();
        await framework.LaunchAsync(await framework.OfferAsync(), "lasting", "/bin/sleep", "600");
        await Eventually.HoldsAsync(() => framework.Reports.Any(report => report.State == TaskState.TaskRunning), "the task to run");

        var (status, output) = await GoPrograms.RunAsync(Path.Combine(platform.Shared, "goOperator"), [$"{platform.Master.Endpoint}api/v1", $"{platform.Agents[0].Endpoint}api/v1"], new() { ["CODEC"] = codec });

        status.ShouldBe(0, output);
        var said = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        said.Where(line => line.TryGetProperty("problem", out _)).Select(line => line.ToString()).ShouldBeEmpty();
        said.Where(line => Text(line, "call").Contains(" GET_", StringComparison.Ordinal)).ShouldAllBe(line => Text(line, "call").EndsWith(Text(line, "what"), StringComparison.Ordinal));
        said.Select(line => Text(line, "call")).ShouldContain("master UNRESERVE_RESOURCES");
        Text(said.Single(line => Text(line, "call") == "master SUBSCRIBE"), "what").ShouldBe("SUBSCRIBED");
        Text(said.Single(line => Text(line, "call") == "agent LAUNCH_NESTED_CONTAINER_SESSION"), "what").ShouldBe("beside\n");
        Text(said.Single(line => Text(line, "call") == "status"), "what").ShouldBe("9");
    }

    private static string Text(JsonElement line, string name) => line.GetProperty(name).GetString()!;
}
