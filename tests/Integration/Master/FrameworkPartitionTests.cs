using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Integration.Tests.Networks;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.Master;

/// <summary>A framework is cut off from masters while its tasks go on and end.</summary>
[Collection(nameof(NetworkedPool))]
public sealed class FrameworkPartitionTests : PartitionTests
{
    public FrameworkPartitionTests(NetworkedPool pool, ITestOutputHelper output) : base(pool, output)
    {
    }

    [Theory]
    [InlineData(Cut.BothWays)]
    [InlineData(Cut.Sending)]
    [InlineData(Cut.Receiving)]
    public async Task What_happened_while_a_framework_was_cut_off_is_told_when_it_is_back(Cut cut)
    {
        var leader = await pool.WholeAsync();
        await using var framework = pool.NewFramework("away");
        await framework.SubscribeAsync();
        var (gate, done, id) = (Path.Combine(pool.Shared, $"gate-{cut}"), Path.Combine(pool.Shared, $"done-{cut}"), $"ends-{cut}");
        await framework.LaunchAsync(await framework.OfferAsync(), id, "/bin/sh", "-c", $"while [ ! -e {gate} ]; do sleep 0.1; done; echo once >> {done}; exit 6");
        await framework.ReportAsync(id, TaskState.TaskRunning);

        pool.Network.Cut(pool.Scheduler, cut, pool.Masters.Select(master => master.Host));
        await File.WriteAllTextAsync(gate, "", TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync(async () => await StateAsync(leader, id) == TaskState.TaskFailed, "the master to know that the task ended", pool.Logs);
        // Once for a moment; otherwise until the agent has said it a second time, which the framework misses too.
        var said = await UpdatesAsync(leader);
        if (cut != Cut.BothWays)
            await Eventually.HoldsAsync(async () => await UpdatesAsync(leader) > said, "the agent to send the update again", pool.Logs);
        (await IsAcknowledgedAsync(leader, id)).ShouldBeFalse();
        var healed = DateTime.UtcNow;
        pool.Network.Heal();

        (await framework.ReportAsync(id, TaskState.TaskFailed, TimeSpan.FromSeconds(60), ofAgent: true)).Message.ShouldContain("6");
        output.WriteLine($"{cut}: told {(DateTime.UtcNow - healed).TotalSeconds:0.0} s after it was healed");
        await Eventually.HoldsAsync(() => IsAcknowledgedAsync(leader, id), "the end to be acknowledged", pool.Logs, TimeSpan.FromSeconds(60));
        (await File.ReadAllLinesAsync(done, TestContext.Current.CancellationToken)).ShouldBe(["once"]);
        await pool.Tasks.AreUntouchedAsync();
        await framework.CallAsync(new SchedulerCall { Type = SchedulerCall.Types.Type.Teardown });
    }

    private async Task<TaskState?> StateAsync(MasterHost leader, string task)
    {
        using var client = pool.Administration(leader);
        var all = await client.GetTasksAsync(CancellationToken.None);
        return all.Tasks.Concat(all.CompletedTasks).FirstOrDefault(known => known.TaskId.Value == task)?.State;
    }

    private async Task<double> UpdatesAsync(MasterHost leader)
    {
        using var client = pool.Administration(leader);
        return (await client.GetMetricsAsync(CancellationToken.None))["master/messages_status_update"];
    }

    /// <summary>Then the master counts it among those that are over.</summary>
    private async Task<bool> IsAcknowledgedAsync(MasterHost leader, string task)
    {
        using var client = pool.Administration(leader);
        return (await client.GetTasksAsync(CancellationToken.None)).CompletedTasks.Any(known => known.TaskId.Value == task);
    }
}
