using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;

namespace DataPlatform.Services.Tests.Agent.Running;

public sealed class DiskTests
{
    private const string Fill = "dd if=/dev/zero of=big bs=1M count=24 2>/dev/null; sleep 60";

    [Fact]
    public async Task A_task_that_takes_more_disk_than_it_has_fails_with_that_reason()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);

        agent.Run(With(TaskOf("hog", Fill), disk: 1));
        var failed = await master.WaitForAsync("hog", TaskState.TaskFailed);

        failed.Reason.ShouldBe(TaskReport.Types.Reason.ContainerLimitationDisk);
        failed.Source.ShouldBe(TaskReport.Types.Source.Agent);
        failed.Message.ShouldContain(" MiB of disk, 1 MiB are allowed");
        failed.Limitation.Resources.ShouldHaveSingleItem().Scalar.Value.ShouldBe(1);
    }

    [Fact]
    public async Task A_task_within_its_disk_and_one_without_a_bound_go_on()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);

        agent.Run(With(TaskOf("sparse", "truncate -s 1G sparse; dd if=/dev/zero of=a bs=1M count=5 2>/dev/null; ln a b; ln a c; sleep 60"), disk: 8));
        agent.Run(TaskOf("free", Fill));
        await master.WaitForAsync("sparse", TaskState.TaskRunning);
        await master.WaitForAsync("free", TaskState.TaskRunning);
        // One that comes later is ended: by then the two have been looked at as well.
        agent.Run(With(TaskOf("hog", "sleep 1; " + Fill), disk: 1));
        await master.WaitForAsync("hog", TaskState.TaskFailed);

        master.Reports("sparse").ShouldAllBe(each => !each.State.IsTerminal());
        master.Reports("free").ShouldAllBe(each => !each.State.IsTerminal());
    }

    [Fact]
    public async Task A_file_that_was_deleted_and_is_still_written_counts()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);

        agent.Run(With(TaskOf("hog", "exec 5> big; rm big; dd if=/dev/zero bs=1M count=24 >&5 2>/dev/null; sleep 60"), disk: 1));

        (await master.WaitForAsync("hog", TaskState.TaskFailed)).Reason.ShouldBe(TaskReport.Types.Reason.ContainerLimitationDisk);
    }

    [Fact]
    public async Task The_tasks_of_a_pod_share_their_disk_and_end_together()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);

        // The executor of the test has 16 MiB: what one task takes of it is the others' too.
        agent.RunGroup("within", Framework(), With(TaskOf("w1", "dd if=/dev/zero of=big bs=1M count=12; sleep 60"), disk: 1), With(TaskOf("w2", "sleep 60"), disk: 1));
        agent.RunGroup("pod", Framework(), With(TaskOf("p1", "dd if=/dev/zero of=big bs=1M count=12; sleep 60"), disk: 1), With(TaskOf("p2", "dd if=/dev/zero of=big bs=1M count=12; sleep 60"), disk: 1));

        (await master.WaitForAsync("p1", TaskState.TaskFailed)).Reason.ShouldBe(TaskReport.Types.Reason.ContainerLimitationDisk);
        (await master.WaitForAsync("p2", TaskState.TaskFailed)).Limitation.Resources.Sum(each => each.Scalar.Value).ShouldBe(18);
        master.Reports("w1").ShouldAllBe(each => !each.State.IsTerminal());
    }

    private static TaskInfo With(TaskInfo task, double disk)
    {
        task.Resources.Add(AgentUnderTest.Scalar("disk", disk));
        return task;
    }
}
