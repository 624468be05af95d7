using System.Text.Json.Nodes;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Hosting.Files;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;

namespace DataPlatform.Services.Tests.Agent.Running;

public sealed class LinkTests
{
    [Fact]
    public async Task Says_what_it_has_answers_pings_and_keeps_trying()
    {
        await using var master = await FakeMaster.StartAsync();
        master.Refuses = 503;
        await using var agent = await AgentUnderTest.StartAsync(master);
        await master.Eventually(() => master.Registrations.Count >= 3, "more attempts");
        master.Refuses = null;
        var attempts = master.Registrations.Count;
        await master.WaitForRegistrationAsync(attempts + 1);

        var registration = master.Registrations[^1];
        registration.AgentInfo.Hostname.ShouldBe("127.0.0.1");
        registration.AgentInfo.Port.ShouldBe(agent.Endpoint.Port);
        registration.AgentInfo.Resources.Select(each => each.Name).ShouldBe(["cpus", "mem", "disk", "ports"]);
        registration.AgentInfo.Attributes.ShouldContain(each => each.Name == "isolation");
        master.Say(new AgentEvent { Type = AgentEvent.Types.Type.Ping });
        await master.Eventually(() => master.Pongs == 1, "a pong");
    }

    [Fact]
    public async Task Finds_the_leader_through_a_follower_and_takes_its_credential_along()
    {
        await using var leader = await FakeMaster.StartAsync();
        await using var follower = await FakeMaster.StartAsync();
        follower.Leader = leader;
        var folder = Directory.CreateTempSubdirectory("dp-credential-");
        var credential = Path.Combine(folder.FullName, "own");
        AtomicFile.Write(credential, """{"principal":"agent","secret":"grain"}""");
        await using var agent = await AgentUnderTest.StartAsync(leader, "--master", follower.Address.ToString(), "--credential", credential);
        folder.Delete(recursive: true);
        await leader.WaitForRegistrationAsync();

        leader.Authorization.ShouldBe("Basic " + Convert.ToBase64String("agent:grain"u8));
        agent.Run(TaskOf("t1", "true"));
        await leader.WaitForAsync("t1", TaskState.TaskFinished);
        leader.Authorization.ShouldBe("Basic " + Convert.ToBase64String("agent:grain"u8));
    }

    [Fact]
    public async Task Its_health_says_how_it_stands_with_its_master()
    {
        await using var master = await FakeMaster.StartAsync();
        master.Refuses = 503;
        await using var agent = await AgentUnderTest.StartAsync(master);
        using var http = new HttpClient { BaseAddress = agent.Endpoint };
        await master.Eventually(() => Health().Contains("503", StringComparison.Ordinal), "the last error to be told");
        var before = JsonNode.Parse(Health())!;
        before["registered"]!.GetValue<bool>().ShouldBeFalse();
        before["last_error"]!.GetValue<string>().ShouldBe("the master answered 503");
        before["since"]!.GetValue<DateTimeOffset>().ShouldBeLessThanOrEqualTo(DateTimeOffset.UtcNow);

        master.Refuses = null;
        await master.Eventually(() => Health().Contains("\"registered\":true", StringComparison.Ordinal), "the registration to be told");
        JsonNode.Parse(Health())!["healthy"]!.GetValue<bool>().ShouldBeTrue();

        string Health() => http.GetStringAsync("/health").GetAwaiter().GetResult();
    }

    [Theory]
    [InlineData(100, 1)]
    [InlineData(2, 3)]
    [InlineData(0, 5)]
    public async Task What_waits_when_a_master_is_there_again_goes_to_it_in_as_few_calls_as_it_takes(int most, int calls)
    {
        await using var master = await FakeMaster.StartAsync();
        master.Acknowledges = false;
        master.MostUpdates = most;
        await using var agent = await AgentUnderTest.StartAsync(master);
        string[] tasks = ["a", "b", "c", "d", "e"];
        foreach (var task in tasks)
            agent.Run(TaskOf(task, "exec sleep 300"));
        foreach (var task in tasks)
            await master.WaitForAsync(task, TaskState.TaskStarting);
        var before = master.UpdateCalls.Count;

        master.CutStream();
        await master.WaitForRegistrationAsync(2);
        await master.Eventually(() => tasks.All(task => master.Updates(task).Count == 2), "each update again");

        master.UpdateCalls.Skip(before).Count().ShouldBe(calls);
        master.Acknowledges = true;
        tasks.ToList().ForEach(task => master.Acknowledge(master.Updates(task)[0]));
        foreach (var task in tasks)
            await master.WaitForAsync(task, TaskState.TaskRunning);
    }

    [Fact]
    public async Task Registers_again_when_the_master_falls_silent()
    {
        await using var master = await FakeMaster.StartAsync();
        master.PingInterval = 0.1; // Five misses of it are half a second.
        await using var agent = await AgentUnderTest.StartAsync(master);

        await master.WaitForRegistrationAsync(2);

        master.Registrations[^1].AgentInfo.Id.Value.ShouldBe("master-S0");
    }

    [Fact]
    public async Task Ends_the_tasks_of_a_framework_that_was_shut_down_and_only_those()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var other = Framework();
        other.Id = new FrameworkID { Value = "other" };
        agent.Run(TaskOf("t1", "echo $$ > pid; exec sleep 300"));
        agent.Run(TaskOf("t2", "sleep 300"), other);
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        await master.WaitForAsync("t2", TaskState.TaskRunning);
        await master.Eventually(() => KillTests.Has(agent.Sandbox("t1"), "pid"), "the task's pid");
        var pid = KillTests.Pid(agent.Sandbox("t1"), "pid");

        master.Say(new AgentEvent
        {
            Type = AgentEvent.Types.Type.ShutdownFramework,
            ShutdownFramework = new AgentEvent.Types.ShutdownFramework { FrameworkId = new FrameworkID { Value = FrameworkId } },
        });
        await master.Eventually(() => !Native.IsAlive(pid), "the task to end");

        master.Reports("t1").Select(each => each.State).ShouldBe([TaskState.TaskStarting, TaskState.TaskRunning]);
        master.Reports("t2").Select(each => each.State).ShouldBe([TaskState.TaskStarting, TaskState.TaskRunning]);
    }

    [Fact]
    public async Task Refuses_an_executor_without_a_command_and_an_unknown_user_with_the_reason()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var custom = TaskOf("custom", "true");
        custom.Executor = new ExecutorInfo { ExecutorId = new ExecutorID { Value = "e" } };
        var stranger = TaskOf("stranger", "true");
        stranger.Command.User = "nobody-knows-me";

        agent.Run(custom);
        agent.Run(stranger);

        (await master.WaitForAsync("custom", TaskState.TaskError)).Message.ShouldContain("command is missing");
        var dropped = await master.WaitForAsync("stranger", TaskState.TaskLost);
        dropped.Message.ShouldContain("nobody-knows-me");
        dropped.Reason.ShouldBe(TaskReport.Types.Reason.ExecutorTerminated);
    }
}
