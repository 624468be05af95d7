using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Isolation;

namespace DataPlatform.Services.Tests.Agent.Isolation;

public sealed class ContainerLimitsTests
{
    [Fact]
    public void Takes_requests_from_resources_and_no_quota_unless_asked()
    {
        var limits = ContainerLimits.Of(TaskOf(), enforceCpu: false, processes: 100);

        limits.ShouldBe(new ContainerLimits(500, null, 64L << 20, 100));
        ContainerLimits.Of(TaskOf(), enforceCpu: true, processes: 0).ShouldBe(new ContainerLimits(500, 500, 64L << 20, null));
    }

    [Fact]
    public void Limits_of_the_task_win_and_infinity_means_none()
    {
        var task = TaskOf();
        task.Limits.Add("cpus", new Value.Types.Scalar { Value = 2 });
        task.Limits.Add("mem", new Value.Types.Scalar { Value = double.PositiveInfinity });

        ContainerLimits.Of(task, enforceCpu: false, processes: 0).ShouldBe(new ContainerLimits(500, 2000, null, null));
    }

    [Theory]
    [InlineData(1000, 1024, 39)]
    [InlineData(1, 2, 1)]
    [InlineData(1_000_000, 262_144, 10_000)]
    public void Shares_and_weights_grow_with_the_request(long millis, long shares, long weight)
    {
        CgroupV1Isolation.Shares(millis).ShouldBe(shares);
        CgroupV2Isolation.Weight(millis).ShouldBe(weight);
    }

    private static TaskInfo TaskOf()
    {
        var task = new TaskInfo { Name = "t", TaskId = new TaskID { Value = "t" }, AgentId = new AgentID { Value = "S" } };
        task.Resources.Add(Running.AgentUnderTest.Scalar("cpus", 0.25));
        task.Resources.Add(Running.AgentUnderTest.Scalar("cpus", 0.25));
        task.Resources.Add(Running.AgentUnderTest.Scalar("mem", 64));
        return task;
    }
}
