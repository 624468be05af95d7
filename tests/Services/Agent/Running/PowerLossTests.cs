using DataPlatform.Core.Protocol.Mesos;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;

namespace DataPlatform.Services.Tests.Agent.Running;

public sealed class PowerLossTests
{
    [Fact]
    public async Task What_was_told_before_a_loss_of_power_is_known_after_it()
    {
        using var disk = DiskWithPower.TryMake(megabytes: 64);
        Assert.SkipWhen(disk is null, "No file system can be made and mounted here (root, mkfs.ext4 and loop devices are needed)");
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartInAsync(Directory.CreateDirectory(Path.Combine(disk.MountPoint, "agent")).FullName, master);
        agent.Run(TaskOf("runs", "sleep 300"));
        agent.Run(TaskOf("ended", "true"));
        await master.WaitForAsync("runs", TaskState.TaskRunning);
        await master.WaitForAsync("ended", TaskState.TaskFinished);

        disk.LosePower();
        await File.WriteAllTextAsync(Path.Combine(disk.MountPoint, "agent", "meta", "boot_id"), "the life of the host before this one");
        await using var otherMaster = await FakeMaster.StartAsync();
        await using var after = await StartInAsync(Path.Combine(disk.MountPoint, "agent"), otherMaster);

        var registration = otherMaster.Registrations[0];
        registration.AgentInfo.Id.Value.ShouldBe("master-S0");
        var task = registration.Tasks.Single(each => each.TaskId.Value == "runs");
        task.Statuses.Select(each => each.State).Take(2).ShouldBe([TaskState.TaskStarting, TaskState.TaskRunning]);
        var end = await otherMaster.WaitForAsync("runs", TaskState.TaskFailed);
        end.Reason.ShouldBe(TaskReport.Types.Reason.ExecutorTerminated);
    }

    [Fact]
    public async Task What_an_executor_said_of_many_tasks_is_known_after_a_loss_of_power()
    {
        using var disk = DiskWithPower.TryMake(megabytes: 64);
        Assert.SkipWhen(disk is null, "No file system can be made and mounted here (root, mkfs.ext4 and loop devices are needed)");
        var work = Directory.CreateDirectory(Path.Combine(disk.MountPoint, "agent")).FullName;
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartInAsync(work, master, "--fetcher-local-dirs", work);
        ExecutorTests.GiveProgram(agent);
        string[] tasks = [.. Enumerable.Range(0, 20).Select(number => $"x{number}")];
        foreach (var task in tasks)
            agent.Run(ExecutorTests.TaskUnder(agent, "x", task, megabytes: 16));
        foreach (var task in tasks)
            await master.WaitForAsync(task, TaskState.TaskRunning);

        disk.LosePower();
        await File.WriteAllTextAsync(Path.Combine(disk.MountPoint, "agent", "meta", "boot_id"), "the life of the host before this one");
        await using var otherMaster = await FakeMaster.StartAsync();
        await using var after = await StartInAsync(Path.Combine(disk.MountPoint, "agent"), otherMaster);

        var known = otherMaster.Registrations[0].Tasks;
        known.Select(each => each.TaskId.Value).Order(StringComparer.Ordinal).ShouldBe(tasks.Order(StringComparer.Ordinal));
        known.ShouldAllBe(each => each.Statuses[0].State == TaskState.TaskRunning);
        foreach (var task in tasks)
            (await otherMaster.WaitForAsync(task, TaskState.TaskFailed)).Message.ShouldEndWith("the host restarted");
    }

    [Fact]
    public async Task Starts_with_checkpoints_that_are_empty_and_without_its_id()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        agent.Run(TaskOf("kept", "sleep 300"));
        agent.Run(TaskOf("damaged", "echo $$ > pid; exec sleep 300"));
        await master.WaitForAsync("kept", TaskState.TaskRunning);
        await master.WaitForAsync("damaged", TaskState.TaskRunning);
        await master.Eventually(() => KillTests.Has(agent.Sandbox("damaged"), "pid"), "the task's pid");
        var pid = KillTests.Pid(agent.Sandbox("damaged"), "pid");
        var damaged = Path.GetFileName(agent.Sandbox("damaged"));
        await agent.CrashAsync();

        foreach (var file in Directory.GetFiles(Path.Combine(agent.WorkDirectory, "meta", "runs", damaged)))
            await File.WriteAllTextAsync(file, "");
        await File.WriteAllTextAsync(Path.Combine(agent.WorkDirectory, "meta", "agent"), "");
        await agent.StartProcessAsync();

        var registration = master.Registrations[^1];
        registration.AgentInfo.Id.Value.ShouldBe("master-S0", "the id is that of its tasks");
        registration.Tasks.ShouldHaveSingleItem().TaskId.Value.ShouldBe("kept");
        agent.Log.ShouldContain(damaged);
        Directory.Exists(Path.Combine(agent.WorkDirectory, "meta", "set-aside", damaged)).ShouldBeTrue();
        var metrics = (await agent.CallAsync(new AgentOperatorCall { Type = AgentOperatorCall.Types.Type.GetMetrics })).Answer!.GetMetrics.Metrics;
        metrics.Single(each => each.Name == "slave/recovery_errors").Value.ShouldBe(1);
        // Without control groups nothing says which processes were those of a task without a record.
        if (registration.AgentInfo.Attributes.Single(each => each.Name == "isolation").Text.Value == "processes")
            _ = Native.kill(pid, 9);
        await master.Eventually(() => !Native.IsAlive(pid), "what nobody knows of any more to be ended");
    }
}
