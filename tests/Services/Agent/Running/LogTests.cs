using System.Globalization;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Native;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;

namespace DataPlatform.Services.Tests.Agent.Running;

public sealed class LogTests
{
    private const string Counts = "i=0; while [ ! -e enough ]; do i=$((i+1)); echo $i; done; echo the end >&2";

    [Fact]
    public async Task While_its_agent_is_away_a_tasks_log_goes_on_and_stays_within_its_bound()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, "--max-log-size", "200KB");
        agent.Run(TaskOf("counts", Counts));
        await master.WaitForAsync("counts", TaskState.TaskRunning);
        var sandbox = agent.Sandbox("counts");

        await agent.CrashAsync();
        var before = LastNumber(sandbox);
        await master.Eventually(() => LastNumber(sandbox) > before + 100_000, "the task to go on");
        await agent.StartProcessAsync();
        var back = LastNumber(sandbox);
        await master.Eventually(() => LastNumber(sandbox) > back + 100_000, "the log to go on with the next agent");
        await File.WriteAllTextAsync(Path.Combine(sandbox, "enough"), "");
        await master.WaitForAsync("counts", TaskState.TaskFinished);

        (await agent.ReadFileAsync("counts", "stderr")).ShouldBe("the end\n");
        ShouldBeWhole(sandbox, 200 * 1024);
    }

    [Fact]
    public async Task When_the_program_that_keeps_logs_is_killed_another_goes_on_and_the_task_does_not_notice()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, "--max-log-size", "200KB");
        agent.Run(TaskOf("counts", Counts));
        await master.WaitForAsync("counts", TaskState.TaskRunning);
        var sandbox = agent.Sandbox("counts");
        var keeper = Keeper(agent);

        Native.kill(keeper, 9).ShouldBe(0);
        await master.Eventually(() => Keeper(agent) != keeper, "another one");
        var before = LastNumber(sandbox);
        await master.Eventually(() => LastNumber(sandbox) > before + 100_000, "the log to go on");
        await File.WriteAllTextAsync(Path.Combine(sandbox, "enough"), "");
        await master.WaitForAsync("counts", TaskState.TaskFinished);

        (await agent.ReadFileAsync("counts", "stderr")).ShouldBe("the end\n");
        (Length(sandbox, "stdout") + Length(sandbox, "stdout.1")).ShouldBeLessThanOrEqualTo(200 * 1024);
    }

    [Fact]
    public async Task The_program_that_keeps_logs_ends_with_the_last_task_of_an_agent_that_is_gone()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        agent.Run(TaskOf("waits", "while [ ! -e enough ]; do sleep 0.05; done"));
        await master.WaitForAsync("waits", TaskState.TaskRunning);
        var keeper = Keeper(agent);

        await agent.CrashAsync();
        Native.IsAlive(keeper).ShouldBeTrue();
        await File.WriteAllTextAsync(Path.Combine(agent.Sandbox("waits"), "enough"), "");

        await master.Eventually(() => !Native.IsAlive(keeper), "the program to end");
        // The next agent learns of the end and clears what the gone one left on the host.
        await agent.StartProcessAsync();
        await master.WaitForAsync("waits", TaskState.TaskFinished);
    }

    [Fact]
    public async Task A_task_may_open_its_output_anew_and_may_do_to_its_logs_what_it_likes()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);

        agent.Run(TaskOf("t1", "echo first; echo second > /dev/stdout; echo third | tee /dev/stderr; rm -f stderr; echo fourth >&2"));
        await master.WaitForAsync("t1", TaskState.TaskFinished);

        (await agent.ReadFileAsync("t1", "stdout")).ShouldBe("first\nsecond\nthird\n");
        (await agent.ReadFileAsync("t1", "stderr")).ShouldEndWith("fourth\n");
    }

    private static int Keeper(AgentUnderTest agent) =>
        ProcessStat.Parse(File.ReadAllText(Path.Combine(agent.WorkDirectory, "meta", "keep-logs")))?.Pid ?? 0;

    /// <summary>Every number once and none missing, up to the last.</summary>
    private static void ShouldBeWhole(string sandbox, long bound)
    {
        (Length(sandbox, "stdout") + Length(sandbox, "stdout.1")).ShouldBeLessThanOrEqualTo(bound);
        // The first line may have lost its beginning.
        var numbers = (File.ReadAllText(Path.Combine(sandbox, "stdout.1")) + File.ReadAllText(Path.Combine(sandbox, "stdout")))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(each => long.Parse(each, CultureInfo.InvariantCulture)).ToList();
        numbers.Count.ShouldBeGreaterThan(1000);
        numbers.ShouldBe(Enumerable.Range(0, numbers.Count).Select(index => numbers[0] + index));
    }

    private static long LastNumber(string sandbox) => Lines(sandbox, "stdout").Concat(Lines(sandbox, "stdout.1")).DefaultIfEmpty(0).Max();

    private static List<long> Lines(string sandbox, string name)
    {
        var path = Path.Combine(sandbox, name);
        try
        {
            var lines = File.Exists(path) ? File.ReadAllText(path).Split('\n') : [];
            return lines.SkipLast(1).Select(each => long.TryParse(each, CultureInfo.InvariantCulture, out var number) ? number : 0).ToList();
        }
        catch (FileNotFoundException)
        {
            return []; // It has just been put aside.
        }
    }

    private static long Length(string sandbox, string name) => new System.IO.FileInfo(Path.Combine(sandbox, name)) is { Exists: true } file ? file.Length : 0;
}
