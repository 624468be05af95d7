using DataPlatform.Services.Agent.Isolation;

namespace DataPlatform.Services.Tests.Agent.Isolation;

public sealed class CgroupMountTests
{
    [Fact]
    public void Reads_both_versions_and_leaves_other_mounts_alone()
    {
        var first = CgroupMount.Parse("35 31 0:32 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct").ShouldNotBeNull();
        first.Path.ShouldBe("/sys/fs/cgroup/cpu,cpuacct");
        first.Unified.ShouldBeFalse();
        first.Controllers.ShouldContain("cpu");

        var second = CgroupMount.Parse("41 31 0:38 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw").ShouldNotBeNull();
        second.Unified.ShouldBeTrue();

        CgroupMount.Parse("31 23 0:28 / /tmp rw,relatime - tmpfs tmpfs rw").ShouldBeNull();
    }
}
