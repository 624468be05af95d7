using System.Text.Json;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.ThirdParty;

/// <summary>A scheduler and an executor on a library that this project did not write: mesos-go, unchanged, in both of its codecs.</summary>
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

    private static string Text(JsonElement line, string name) => line.GetProperty(name).GetString()!;
}
