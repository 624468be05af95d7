using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.Agents;

/// <summary>Parts of the platform are killed with no warning; tasks must not notice.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task A_killed_agent_comes_back_to_its_running_task()
    {
        await using var platform = await PlatformProcesses.StartAsync();
        await using var framework = platform.Framework();
        await framework.SubscribeAsync();
        var gate = Path.Combine(platform.Shared, "gate");
        await framework.LaunchAsync(await framework.OfferAsync(), "lasting", "/bin/sh", "-c", $"while [ ! -e {gate} ]; do sleep 0.1; done; exit 3");
        await framework.ReportAsync("lasting", TaskState.TaskRunning);

        await platform.Agents[0].CrashAsync();
        await platform.Agents[0].StartAsync();
        await Eventually.HoldsAsync(async () => await platform.ActiveAgentsAsync() == 1, "the agent to come back", () => platform.Agents[0].Log);
        await File.WriteAllTextAsync(gate, "");

        (await framework.ReportAsync("lasting", TaskState.TaskFailed)).Message.ShouldContain("3");
    }

    [Fact]
    public async Task The_exit_status_of_a_task_that_ended_while_its_agent_was_away_is_told()
    {
        await using var platform = await PlatformProcesses.StartAsync();
        await using var framework = platform.Framework();
        await framework.SubscribeAsync();
        var (gate, done) = (Path.Combine(platform.Shared, "gate"), Path.Combine(platform.Shared, "done"));
        await framework.LaunchAsync(await framework.OfferAsync(), "meanwhile", "/bin/sh", "-c", $"while [ ! -e {gate} ]; do sleep 0.1; done; touch {done}; exit 5");
        await framework.ReportAsync("meanwhile", TaskState.TaskRunning);

        await platform.Agents[0].CrashAsync();
        await File.WriteAllTextAsync(gate, "");
        await Eventually.HoldsAsync(() => File.Exists(done), "the task to end");
        await platform.Agents[0].StartAsync();

        (await framework.ReportAsync("meanwhile", TaskState.TaskFailed, ofAgent: true)).Message.ShouldContain("5");
    }

    [Fact]
    public async Task After_a_killed_master_agents_and_frameworks_come_back_and_tasks_ran_on()
    {
        await using var platform = await PlatformProcesses.StartAsync(agents: 2);
        await using var framework = platform.Framework();
        await framework.SubscribeAsync();
        var id = framework.Id;
        var gate = Path.Combine(platform.Shared, "gate");
        await framework.LaunchAsync(await framework.OfferAsync(), "unharmed", "/bin/sh", "-c", $"while [ ! -e {gate} ]; do sleep 0.1; done");
        await framework.ReportAsync("unharmed", TaskState.TaskRunning);

        var port = platform.MasterPort;
        await platform.Master.CrashAsync();
        await platform.Master.StartAsync("--port", port);

        await Eventually.HoldsAsync(() => framework.Subscriptions == 2, "the framework to come back", () => platform.Master.Log);
        framework.Id.ShouldBe(id);
        await Eventually.HoldsAsync(async () => await platform.ActiveAgentsAsync() == 2, "both agents to come back", () => platform.Master.Log);
        using (var client = platform.Operator())
            (await client.GetTasksAsync(CancellationToken.None)).Tasks.ShouldHaveSingleItem().State.ShouldBe(TaskState.TaskRunning);
        await File.WriteAllTextAsync(gate, "");
        await framework.ReportAsync("unharmed", TaskState.TaskFinished);
    }

    [Fact]
    public async Task An_agent_that_does_not_answer_is_unreachable_until_it_is_back()
    {
        await using var platform = await PlatformProcesses.StartAsync();
        await using var framework = platform.Framework();
        await framework.SubscribeAsync();
        var gate = Path.Combine(platform.Shared, "gate");
        await framework.LaunchAsync(await framework.OfferAsync(), "hidden", "/bin/sh", "-c", $"while [ ! -e {gate} ]; do sleep 0.1; done");
        await framework.ReportAsync("hidden", TaskState.TaskRunning);

        await platform.Agents[0].CrashAsync();
        await framework.ReportAsync("hidden", TaskState.TaskUnreachable);
        await platform.Agents[0].StartAsync();
        await Eventually.HoldsAsync(async () => await platform.ActiveAgentsAsync() == 1, "the agent to come back", () => platform.Agents[0].Log);
        await File.WriteAllTextAsync(gate, "");

        await framework.ReportAsync("hidden", TaskState.TaskFinished);
    }

    [Fact]
    public async Task A_second_agent_joins_a_running_pool_and_is_offered()
    {
        await using var platform = await PlatformProcesses.StartAsync();
        await using var framework = platform.Framework();
        await framework.SubscribeAsync();
        var first = await framework.OfferAsync();

        await platform.AddAgentAsync();

        var second = await framework.OfferAsync();
        second.AgentId.Value.ShouldNotBe(first.AgentId.Value);
        await framework.LaunchAsync(second, "there", "/bin/true");
        await framework.ReportAsync("there", TaskState.TaskFinished);
    }
}
