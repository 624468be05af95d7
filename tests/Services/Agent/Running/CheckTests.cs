using System.Net;
using System.Net.Sockets;
using DataPlatform.Core.Protocol.Mesos;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;

namespace DataPlatform.Services.Tests.Agent.Running;

public sealed class CheckTests
{
    [Fact]
    public async Task Kills_a_task_whose_command_check_fails_as_often_as_allowed()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var task = TaskOf("t1", "sleep 300");
        task.HealthCheck = Quick(HealthCheck.Types.Type.Command);
        task.HealthCheck.Command = new CommandInfo { Value = "test ! -e sick && test \"$MESOS_TASK_ID\" = t1" };

        agent.Run(task);
        var healthy = await master.WaitForAsync("t1", each => each.HasHealthy && each.Healthy, "the task to be healthy");
        await File.WriteAllTextAsync(Path.Combine(agent.Sandbox("t1"), "sick"), "");
        var sick = await master.WaitForAsync("t1", each => each.HasHealthy && !each.Healthy && each.State == TaskState.TaskRunning, "the task to be unhealthy");
        var killed = await master.WaitForAsync("t1", TaskState.TaskKilled);

        healthy.Reason.ShouldBe(TaskReport.Types.Reason.TaskHealthCheckStatusUpdated);
        sick.Message.ShouldContain("status 1");
        killed.Healthy.ShouldBeFalse();
        killed.Message.ShouldContain("health check failed");
    }

    [Fact]
    public async Task Sees_a_task_that_answers_HTTP_and_one_that_listens()
    {
        var free = FreePort();
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var served = TaskOf("http", $"exec python3 -m http.server --bind 127.0.0.1 {free}");
        served.HealthCheck = Quick(HealthCheck.Types.Type.Http);
        served.HealthCheck.GracePeriodSeconds = 30;
        served.HealthCheck.Http = new HealthCheck.Types.HTTPCheckInfo { Port = (uint)free, Path = "/stdout" };
        served.Check = new CheckInfo
        {
            Type = CheckInfo.Types.Type.Tcp,
            DelaySeconds = 0,
            IntervalSeconds = 0.1,
            Tcp = new CheckInfo.Types.Tcp { Port = (uint)free },
        };

        agent.Run(served);
        var connected = await master.WaitForAsync("http", each => each.CheckStatus?.Tcp is { HasSucceeded: true, Succeeded: true }, "the port to be open");
        await master.WaitForAsync("http", each => each.HasHealthy && each.Healthy, "the server to be healthy");

        connected.Reason.ShouldBe(TaskReport.Types.Reason.TaskCheckStatusUpdated);
        connected.CheckStatus.Type.ShouldBe(CheckInfo.Types.Type.Tcp);
        var first = master.Reports("http")[0];
        first.State.ShouldBe(TaskState.TaskStarting);
        first.CheckStatus.Tcp.HasSucceeded.ShouldBeFalse("nothing is known yet, but the kind is");
    }

    [Fact]
    public async Task Notices_what_a_page_says_long_before_its_interval_is_over()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var port = FreePort();
        var served = TaskOf("http", $"echo '{{ \"status\": \"STARTING\" }}' > page; exec python3 -m http.server --bind 127.0.0.1 {port}");
        served.Check = Page(port, "\"status\"\\s*:\\s*\"ALIVE\"");

        agent.Run(served);
        var starting = await master.WaitForAsync("http", each => each.CheckStatus?.Http is { HasExpectationMet: true }, "the page to be there");
        await File.WriteAllTextAsync(Path.Combine(agent.Sandbox("http"), "page"), "{ \"status\": \"ALIVE\" }");
        var alive = await master.WaitForAsync("http", each => each.CheckStatus?.Http is { ExpectationMet: true }, "the page to say it");

        (starting.CheckStatus.Http.StatusCode, starting.CheckStatus.Http.ExpectationMet).ShouldBe((200u, false));
        alive.CheckStatus.Http.StatusCode.ShouldBe(200u);
    }

    [Fact]
    public async Task Finds_a_task_that_listens_on_the_hosts_own_address_alone()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, "--ip", "127.0.0.7");
        var port = FreePort();
        var served = TaskOf("http", $"echo ok > page; exec python3 -m http.server --bind 127.0.0.7 {port}");
        served.Check = Page(port, "^ok");

        agent.Run(served);

        await master.WaitForAsync("http", each => each.CheckStatus?.Http is { ExpectationMet: true }, "the page to be found");
    }

    [Fact]
    public async Task Refuses_an_expectation_that_can_not_be_looked_for()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var task = TaskOf("t1", "sleep 300");
        task.Check = Page(31000, "(a)\\1");

        agent.Run(task);

        var refused = await master.WaitForAsync("t1", TaskState.TaskError);
        refused.Message.ShouldContain("task.check.http.expect is no regular expression");
    }

    [Fact]
    public async Task Refuses_a_check_that_can_not_be_made()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var task = TaskOf("t1", "sleep 300");
        task.HealthCheck = Quick(HealthCheck.Types.Type.Tcp);
        task.HealthCheck.Tcp = new HealthCheck.Types.TCPCheckInfo { Port = 99_999 };

        agent.Run(task);

        var refused = await master.WaitForAsync("t1", TaskState.TaskError);
        refused.Reason.ShouldBe(TaskReport.Types.Reason.TaskInvalid);
        refused.Message.ShouldContain("task.health_check has a port");
    }

    private static CheckInfo Page(int port, string expect) => new()
    {
        Type = CheckInfo.Types.Type.Http,
        DelaySeconds = 0,
        StartingIntervalSeconds = 0.05,
        IntervalSeconds = 60,
        TimeoutSeconds = 5,
        Http = new CheckInfo.Types.Http { Port = (uint)port, Path = "/page", Expect = expect },
    };

    private static HealthCheck Quick(HealthCheck.Types.Type type) => new()
    {
        Type = type,
        DelaySeconds = 0,
        IntervalSeconds = 0.1,
        TimeoutSeconds = 5,
        GracePeriodSeconds = 0,
        ConsecutiveFailures = 2,
    };
}
