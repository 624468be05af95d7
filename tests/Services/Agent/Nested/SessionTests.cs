using System.Text;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Tests.Agent.Running;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;

namespace DataPlatform.Services.Tests.Agent.Nested;

/// <summary>LAUNCH_NESTED_CONTAINER_SESSION and ATTACH_CONTAINER_INPUT on a real agent.</summary>
public sealed class SessionTests
{
    [Theory]
    [InlineData("json")]
    [InlineData("protobuf")]
    public async Task A_session_reads_what_it_is_sent_writes_to_its_caller_and_tells_its_exit_status(string codec)
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        using var client = new NestedClient(agent, codec);
        await using var session = await client.StartAsync(NestedClient.IdWithin(master, "t1", "s1"), "cat; echo said >&2; exit 7");

        await session.WriteAsync("line\n"u8.ToArray(), client.Limit);
        await session.EndInputAsync(client.Limit);
        var (output, error) = await client.ReadAsync(session);

        output.ShouldBe("line\n");
        error.ShouldBe("said\n");
        (await session.WaitAsync(client.Limit)).ShouldBe(7 << 8);
    }

    [Fact]
    public async Task A_session_sees_what_the_task_sees_and_may_no_more_than_it()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, "echo here > /tmp/of-task; id -u > uid; cat /proc/self/status > status; env > environment; touch ready; exec sleep 300");
        await master.Eventually(() => File.Exists(Path.Combine(agent.Sandbox("t1"), "ready")), "the task to look around");
        using var client = new NestedClient(agent);
        const string look = "cat /tmp/of-task; id -u; pwd; echo $MESOS_SANDBOX; echo $MESOS_TASK_ID; grep -E '^(Cap|NoNewPrivs)' /proc/self/status";

        await using var session = await client.StartAsync(NestedClient.IdWithin(master, "t1", "s1"), look);
        var lines = (await client.ReadAsync(session)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        var sandbox = agent.Sandbox("t1");
        lines[0].ShouldBe("here");
        lines[1].ShouldBe((await File.ReadAllTextAsync(Path.Combine(sandbox, "uid"))).Trim());
        lines[2].ShouldBe(sandbox);
        lines[3].ShouldBe(sandbox);
        lines[4].ShouldBe("t1");
        lines[5..].ShouldBe(File.ReadLines(Path.Combine(sandbox, "status")).Where(line => line.StartsWith("Cap", StringComparison.Ordinal) || line.StartsWith("NoNewPrivs", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_terminal_has_the_size_that_it_is_given_and_passes_ctrl_c_on()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        using var client = new NestedClient(agent);
        await using var session = await client.StartAsync(
            NestedClient.IdWithin(master, "t1", "s1"),
            "tty; stty size; trap 'echo resized' WINCH; echo waiting; until read -r line; do :; done; echo \"got $line\"; stty size; echo asleep; exec sleep 300", NestedClient.Terminal(33, 101));
        var seen = new StringBuilder();
        var answers = new Queue<(string Seen, Func<Task> Do)>([
            ("waiting", () => session.ResizeAsync(44, 120, client.Limit)),
            ("resized", () => session.WriteAsync("one\n"u8.ToArray(), client.Limit)),
            ("asleep", () => session.WriteAsync(new byte[] { 3 }, client.Limit)),
        ]);
        await foreach (var data in session.ReadAsync(client.Limit))
        {
            seen.Append(data.Data_.ToStringUtf8());
            while (answers.TryPeek(out var next) && seen.ToString().Contains(next.Seen, StringComparison.Ordinal))
                await answers.Dequeue().Do();
        }

        seen.ToString().ShouldStartWith("/dev/pts/");
        seen.ToString().ShouldContain("33 101");
        seen.ToString().ShouldContain("got one");
        seen.ToString().ShouldContain("44 120");
        (await session.WaitAsync(client.Limit)).ShouldBe(2);
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("processes")]
    public async Task A_session_and_all_that_it_has_started_end_when_its_caller_goes(string isolation)
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, more: ["--isolation", isolation]);
        using var client = new NestedClient(agent);
        var id = NestedClient.IdWithin(master, "t1", "s1");
        var session = await client.StartAsync(id, "setsid sleep 4242 & echo started; exec sleep 4242");
        await foreach (var data in session.ReadAsync(client.Limit))
        {
            data.Data_.ToStringUtf8().ShouldBe("started\n");
            break;
        }

        await session.DisposeAsync();

        (await client.WaitAsync(id)).ShouldBe(9);
        Native.Running("sleep", "4242").ShouldBeEmpty();
        master.Reports("t1")[^1].State.ShouldBe(TaskState.TaskRunning);
    }

    [Fact]
    public async Task A_session_ends_with_its_task()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        using var client = new NestedClient(agent);
        await using var session = await client.StartAsync(NestedClient.IdWithin(master, "t1", "s1"), "exec sleep 4243");

        agent.Kill("t1");
        await client.ReadAsync(session);

        (await session.WaitAsync(client.Limit)).ShouldNotBe(0);
        await master.WaitForAsync("t1", TaskState.TaskKilled);
        Native.Running("sleep", "4243").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("processes")]
    public async Task What_an_agent_that_was_killed_has_left_of_sessions_ends_with_the_start_of_the_next_and_tasks_go_on(string isolation)
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, more: ["--isolation", isolation]);
        using var client = new NestedClient(agent);
        await using var session = await client.StartAsync(NestedClient.IdWithin(master, "t1", "s1"), "trap '' HUP PIPE; setsid sleep 4244 & exec sleep 4244");
        await master.Eventually(() => Native.Running("sleep", "4244").Count == 2, "the session to run");

        await agent.CrashAsync();
        await agent.StartProcessAsync();

        Native.Running("sleep", "4244").ShouldBeEmpty();
        agent.Log.ShouldContain("Ending what was left of container");
        master.Registrations[^1].Tasks.ShouldHaveSingleItem().State.ShouldBe(TaskState.TaskRunning);
        using var again = new NestedClient(agent);
        await using var next = await again.StartAsync(NestedClient.IdWithin(master, "t1", "s1"), "echo again");
        (await again.ReadAsync(next)).Output.ShouldBe("again\n");
    }

    [Fact]
    public async Task Much_output_comes_whole_and_in_order()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        using var client = new NestedClient(agent, "protobuf");
        await using var session = await client.StartAsync(NestedClient.IdWithin(master, "t1", "s1"), "seq 1 3000000");
        var (bytes, last) = (0L, "");
        await foreach (var data in session.ReadAsync(client.Limit))
        {
            bytes += data.Data_.Length;
            last = data.Data_.ToStringUtf8();
        }

        bytes.ShouldBe(22_888_896);
        last.ShouldEndWith("2999999\n3000000\n");
        (await session.WaitAsync(client.Limit)).ShouldBe(0);
    }

    private static async Task<AgentUnderTest> StartAsync(FakeMaster master, string command = "exec sleep 300", params string[] more)
    {
        var agent = await AgentUnderTest.StartAsync(master, more);
        agent.Run(TaskOf("t1", command));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        return agent;
    }
}
