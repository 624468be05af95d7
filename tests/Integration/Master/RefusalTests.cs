using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.Master;

/// <summary>What bad input gets from processes that go on serving.</summary>
public sealed class RefusalTests
{
    [Fact]
    public async Task An_offer_used_twice_drops_the_second_task_and_harms_nothing()
    {
        await using var platform = await PlatformProcesses.StartAsync();
        await using var framework = platform.Framework();
        await framework.SubscribeAsync();
        var offer = await framework.OfferAsync();

        await framework.LaunchAsync(offer, "first", "/bin/true");
        await framework.LaunchAsync(offer, "second", "/bin/true");

        var dropped = await framework.ReportAsync("second", TaskState.TaskDropped);
        dropped.Reason.ShouldBe(TaskReport.Types.Reason.InvalidOffers);
        await framework.ReportAsync("first", TaskState.TaskFinished);
    }

    [Fact]
    public async Task A_task_that_asks_for_more_than_the_offer_is_an_error_and_never_starts()
    {
        await using var platform = await PlatformProcesses.StartAsync();
        await using var framework = platform.Framework();
        await framework.SubscribeAsync();
        var offer = await framework.OfferAsync();
        var marker = Path.Combine(platform.Shared, "started");
        var task = TestFramework.TaskOn(offer, "greedy", "/usr/bin/touch", marker);
        task.Resources.Clear();
        task.Resources.Add(TestFramework.Scalar("cpus", 1000));
        task.Resources.Add(TestFramework.Scalar("mem", 32));

        await framework.AcceptAsync(offer, task);

        (await framework.ReportAsync("greedy", TaskState.TaskError)).Reason.ShouldBe(TaskReport.Types.Reason.TaskInvalid);
        await framework.LaunchAsync(await framework.OfferAsync(), "next", "/bin/true");
        await framework.ReportAsync("next", TaskState.TaskFinished);
        File.Exists(marker).ShouldBeFalse();
    }

    [Fact]
    public async Task A_program_that_is_not_there_fails_its_task_with_the_reason()
    {
        await using var platform = await PlatformProcesses.StartAsync();
        await using var framework = platform.Framework();
        await framework.SubscribeAsync();

        await framework.LaunchAsync(await framework.OfferAsync(), "nowhere", "/no/such/program");

        (await framework.ReportAsync("nowhere", TaskState.TaskFailed)).Message.ShouldNotBeNullOrWhiteSpace();
    }

    [Fact]
    public async Task An_artifact_whose_digest_differs_fails_the_task_and_names_the_file()
    {
        await using var platform = await PlatformProcesses.StartAsync();
        await using var framework = platform.Framework();
        await framework.SubscribeAsync();
        var file = Path.Combine(platform.Shared, "artifact");
        await File.WriteAllTextAsync(file, "not what was promised");
        var offer = await framework.OfferAsync();
        var task = TestFramework.TaskOn(offer, "tampered", "/bin/true");
        task.Command.Uris.Add(new CommandInfo.Types.URI { Value = $"file://{file}#sha256={new string('0', 64)}", Extract = false });

        await framework.AcceptAsync(offer, task);

        (await framework.ReportAsync("tampered", TaskState.TaskFailed)).Message.ShouldContain("artifact");
    }

    [Fact]
    public async Task A_framework_with_a_wrong_secret_is_refused()
    {
        await using var platform = await PlatformProcesses.StartAsync(agents: 0);
        await using var framework = new TestFramework(new SchedulerClientSettings(platform.Master.Endpoint, new MesosCredential("tests", "wrong")), "tests");

        await framework.TryToSubscribeAsync();

        framework.Ended.ShouldNotBeNull().ShouldContain("401");
        framework.Subscriptions.ShouldBe(0);
    }
}
