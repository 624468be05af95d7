using System.Text;
using DataPlatform.Core.Client.Administration;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.Agents;

/// <summary>A task from offer to end, over the real scheduler API.</summary>
public sealed class TaskLifeTests
{
    [Theory]
    [InlineData("json")]
    [InlineData("protobuf")]
    public async Task Runs_a_command_to_its_end_and_serves_what_it_wrote(string codec)
    {
        await using var platform = await PlatformProcesses.StartAsync();
        await using var framework = platform.Framework(codec: codec == "json" ? MessageCodec.Json : MessageCodec.Protobuf);
        await framework.SubscribeAsync();

        await framework.LaunchAsync(await framework.OfferAsync(), "hello", "/bin/echo", "it's; $HOME");

        (await framework.ReportAsync("hello", TaskState.TaskFinished)).Source.ShouldBe(TaskReport.Types.Source.Executor);
        framework.Reports.Select(report => report.State).ShouldBe([TaskState.TaskStarting, TaskState.TaskRunning, TaskState.TaskFinished]);
        using var agent = platform.Agent(0);
        var part = await agent.ReadFileAsync($"{AgentClient.SandboxPath(framework.Id, "hello")}/stdout", 0, 1000, CancellationToken.None);
        Encoding.UTF8.GetString(part.Data).ShouldBe("it's; $HOME\n");
    }

    [Fact]
    public async Task An_offer_says_where_its_agent_answers()
    {
        await using var platform = await PlatformProcesses.StartAsync(agents: 2);
        await using var framework = platform.Framework();
        await framework.SubscribeAsync();

        var addresses = new[] { await framework.OfferAsync(), await framework.OfferAsync() }.Select(offer => $"{offer.Url.Address.Ip}:{offer.Url.Address.Port}");

        addresses.ShouldBe(platform.Agents.Select(agent => agent.Endpoint.Authority), ignoreOrder: true);
    }

    [Fact]
    public async Task Tells_a_failure_with_the_exit_status()
    {
        await using var platform = await PlatformProcesses.StartAsync();
        await using var framework = platform.Framework();
        await framework.SubscribeAsync();

        await framework.LaunchAsync(await framework.OfferAsync(), "fails", "/bin/sh", "-c", "exit 7");

        (await framework.ReportAsync("fails", TaskState.TaskFailed)).Message.ShouldContain("7");
    }

    [Fact]
    public async Task Kills_a_task_and_all_its_descendants()
    {
        await using var platform = await PlatformProcesses.StartAsync();
        await using var framework = platform.Framework();
        await framework.SubscribeAsync();

        await framework.LaunchAsync(await framework.OfferAsync(), "tree", "/bin/sh", "-c", "(setsid sleep 1000 &) ; sleep 1000 & trap '' TERM; wait; wait");
        await framework.ReportAsync("tree", TaskState.TaskRunning);
        await Eventually.HoldsAsync(() => platform.Running().Count(IsSleep) == 2, "both sleeps to run");
        await framework.KillAsync("tree");

        await framework.ReportAsync("tree", TaskState.TaskKilled);
        await Eventually.HoldsAsync(() => !platform.Running().Any(IsSleep), "the sleeps to be gone");
    }

    [Fact]
    public async Task Gives_back_what_a_finished_task_held()
    {
        await using var platform = await PlatformProcesses.StartAsync();
        await using var framework = platform.Framework();
        await framework.SubscribeAsync();
        var whole = await framework.OfferAsync();
        var task = TestFramework.TaskOn(whole, "all", "/bin/true");
        task.Resources.Clear();
        task.Resources.Add(whole.Resources);

        await framework.AcceptAsync(whole, task);
        await framework.ReportAsync("all", TaskState.TaskFinished);

        Cpus(await framework.OfferAsync()).ShouldBe(Cpus(whole));
    }

    private static double Cpus(Offer offer) => offer.Resources.Where(resource => resource.Name == "cpus").Sum(resource => resource.Scalar.Value);

    private static bool IsSleep(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).StartsWith("sleep", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
