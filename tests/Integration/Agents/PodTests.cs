using System.Text;
using DataPlatform.Core.Client.Administration;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Integration.Tests.Platform;
using static DataPlatform.Integration.Tests.Platform.TestFramework;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;

namespace DataPlatform.Integration.Tests.Agents;

/// <summary>Pods and volumes from offer to end, over the real scheduler API.</summary>
public sealed class PodTests
{
    [Fact]
    public async Task A_pod_of_which_one_task_fails_ends_whole_and_gives_all_back()
    {
        await using var platform = await PlatformProcesses.StartAsync();
        await using var framework = platform.Framework();
        await framework.SubscribeAsync();
        var offer = await framework.OfferAsync();
        var whole = Cpus(offer);

        await framework.OperateAsync(offer, Group(
            "pod", TaskOn(offer, "p1", "/bin/sleep", "300"), TaskOn(offer, "p2", "/bin/sh", "-c", "while [ ! -e go ]; do sleep 0.02; done; exit 1")));
        foreach (var task in new[] { "p1", "p2" })
            (await framework.ReportAsync(task, TaskState.TaskRunning)).ExecutorId.Value.ShouldBe("pod");
        var rest = await framework.OfferAsync();
        (Cpus(rest), rest.ExecutorIds.Single().Value).ShouldBe((Math.Round(whole - 0.3, 3), "pod"));
        await LetGoAsync(platform, await framework.ReportAsync("p2", TaskState.TaskRunning));

        await framework.ReportAsync("p2", TaskState.TaskFailed);
        await framework.ReportAsync("p1", TaskState.TaskKilled);
        await Eventually.HoldsAsync(() => framework.Failures.Count > 0, "the end of the executor");
        var failure = framework.Failures.ShouldHaveSingleItem();
        (failure.ExecutorId.Value, failure.AgentId.Value, failure.Status).ShouldBe(("pod", offer.AgentId.Value, 0));
        var back = Cpus(rest);
        while (back < whole)
            back = Math.Round(back + Cpus(await framework.OfferAsync()), 3);
        back.ShouldBe(whole, "each part was offered again as it became free");
    }

    [Fact]
    public async Task A_pod_outlives_the_master_and_its_agent()
    {
        await using var platform = await PlatformProcesses.StartAsync();
        await using var framework = platform.Framework();
        await framework.SubscribeAsync();
        var offer = await framework.OfferAsync();
        await framework.OperateAsync(offer, Group(
            "pod", TaskOn(offer, "p1", "/bin/sleep", "300"), TaskOn(offer, "p2", "/bin/sh", "-c", "while [ ! -e go ]; do sleep 0.02; done")));
        await framework.ReportAsync("p1", TaskState.TaskRunning);
        var waiting = await framework.ReportAsync("p2", TaskState.TaskRunning);

        await platform.Agents[0].CrashAsync();
        await platform.Master.CrashAsync();
        await platform.Master.StartAsync("--port", platform.MasterPort);
        await platform.Agents[0].StartAsync();
        await Eventually.HoldsAsync(async () => await platform.ActiveAgentsAsync() == 1, "the agent to come back");
        await LetGoAsync(platform, waiting);

        await framework.ReportAsync("p2", TaskState.TaskFinished);
        await framework.KillAsync("p1");
        await framework.ReportAsync("p1", TaskState.TaskKilled);
        await Eventually.HoldsAsync(() => framework.Failures.Any(failure => failure.ExecutorId?.Value == "pod"), "the end of the executor");
    }

    [Fact]
    public async Task A_volume_that_is_made_and_used_in_one_ACCEPT_keeps_what_was_written_for_the_next_task()
    {
        await using var platform = await PlatformProcesses.StartAsync();
        await using var framework = platform.Framework();
        await framework.SubscribeAsync();
        var offer = await framework.OfferAsync();
        var disk = TestFramework.Scalar("disk", 64);
        disk.AllocationInfo = new Resource.Types.AllocationInfo { Role = "tests" };
        disk.Reservations.Add(new Resource.Types.ReservationInfo { Type = Resource.Types.ReservationInfo.Types.Type.Dynamic, Role = "tests", Principal = "tests" });
        var volume = disk.Clone();
        volume.Disk = new Resource.Types.DiskInfo
        {
            Persistence = new() { Id = "v", Principal = "tests" },
            Volume = new Volume { Mode = Volume.Types.Mode.Rw, ContainerPath = "data" },
        };

        await framework.OperateAsync(
            offer,
            new Offer.Types.Operation { Type = OperationType.Reserve, Reserve = new() { Resources = { disk } } },
            new Offer.Types.Operation { Type = OperationType.Create, Create = new() { Volumes = { volume } } },
            Launch(TaskOn(offer, "writes", "/bin/sh", "-c", "echo kept > data/file"), volume));
        await framework.ReportAsync("writes", TaskState.TaskFinished);
        var next = await framework.OfferAsync();
        // The rest may have been offered while the volume was still in use.
        while (next.Resources.All(each => each.Disk is null))
        {
            await framework.OperateAsync(next);
            next = await framework.OfferAsync();
        }

        await framework.OperateAsync(next, Launch(TaskOn(next, "reads", "/bin/cat", "data/file"), next.Resources.Single(each => each.Disk is not null)));

        await framework.ReportAsync("reads", TaskState.TaskFinished);
        using var agent = platform.Agent(0);
        var part = await agent.ReadFileAsync($"{AgentClient.SandboxPath(framework.Id, "reads")}/stdout", 0, 1000, CancellationToken.None);
        Encoding.UTF8.GetString(part.Data).ShouldBe("kept\n");
    }

    private static double Cpus(Offer offer) => Math.Round(offer.Resources.Where(each => each.Name == "cpus").Sum(each => each.Scalar.Value), 3);

    private static Task LetGoAsync(PlatformProcesses platform, TaskReport task) => File.WriteAllTextAsync(
        Path.Combine(Directory.GetDirectories(Path.Combine(platform.Root, "agent-1", "slaves"), task.ContainerStatus.ContainerId.Value, SearchOption.AllDirectories).Single(each => !each.Contains("/latest/", StringComparison.Ordinal)), "go"), "");

    private static Offer.Types.Operation Launch(TaskInfo task, Resource volume)
    {
        task.Resources.Add(volume);
        return new Offer.Types.Operation { Type = OperationType.Launch, Launch = new() { TaskInfos = { task } } };
    }

    private static Offer.Types.Operation Group(string executorId, params TaskInfo[] tasks) => new()
    {
        Type = OperationType.LaunchGroup,
        LaunchGroup = new()
        {
            Executor = new ExecutorInfo
            {
                ExecutorId = new ExecutorID { Value = executorId },
                Type = ExecutorInfo.Types.Type.Default,
                Resources = { TestFramework.Scalar("cpus", 0.1), TestFramework.Scalar("mem", 32), TestFramework.Scalar("disk", 16) },
            },
            TaskGroup = new TaskGroupInfo { Tasks = { tasks } },
        },
    };
}
