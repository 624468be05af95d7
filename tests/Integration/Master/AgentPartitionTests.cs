using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Integration.Tests.Networks;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.Master;

/// <summary>Agents are cut off from masters for longer than masters wait for them; their tasks must not notice.</summary>
[Collection(nameof(NetworkedPool))]
public sealed class AgentPartitionTests : PartitionTests
{
    public AgentPartitionTests(NetworkedPool pool, ITestOutputHelper output) : base(pool, output)
    {
    }

    [Theory]
    [InlineData(Cut.BothWays)]
    [InlineData(Cut.Sending)]
    [InlineData(Cut.Receiving)]
    public async Task The_task_of_an_agent_that_is_cut_off_is_unreachable_and_then_runs_again_without_having_stopped(Cut cut)
    {
        await pool.WholeAsync();
        var (id, (host, _)) = pool.Agents.First();
        var (task, from) = (pool.Tasks.On(id), pool.Framework.Reports.Count);

        pool.Network.Cut(host, cut, pool.Masters.Select(master => master.Host));
        var since = DateTime.UtcNow;

        var unreachable = await pool.Framework.ReportAsync(task, TaskState.TaskUnreachable, NetworkedPool.UntilUnreachable, from: from);
        unreachable.AgentId.Value.ShouldBe(id);
        await pool.Tasks.AreUntouchedAsync();
        var healed = DateTime.UtcNow;
        from = pool.Framework.Reports.Count;
        pool.Network.Heal();
        var back = await pool.Framework.ReportAsync(task, TaskState.TaskRunning, TimeSpan.FromSeconds(60), from: from);
        output.WriteLine($"{cut}: unreachable {(healed - since).TotalSeconds:0.0} s after the cut, running {(DateTime.UtcNow - healed).TotalSeconds:0.0} s after it was healed");
        back.Reason.ShouldBe(TaskReport.Types.Reason.AgentReregistered);
        await pool.WholeAsync();
        await pool.Tasks.AreUntouchedAsync();
    }
}
