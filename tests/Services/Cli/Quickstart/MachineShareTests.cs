using DataPlatform.Services.Cli.Quickstart;

namespace DataPlatform.Services.Tests.Cli.Quickstart;

public sealed class MachineShareTests
{
    [Fact]
    public void Divides_memory_and_gives_every_agent_ports_of_its_own()
    {
        MachineShare.Divide(3, 2, 7 * 1024, 40 * 1024, new HashSet<int>()).ShouldBe([
            "cpus:2;mem:2048;disk:10240;ports:[31000-31299]", "cpus:2;mem:2048;disk:10240;ports:[31300-31599]", "cpus:2;mem:2048;disk:10240;ports:[31600-31899]"]);
    }

    [Fact]
    public void Goes_around_ports_that_are_taken()
    {
        MachineShare.Divide(2, 2, 7 * 1024, 40 * 1024, new HashSet<int> { 31_005, 31_899 }).Select(share => share[^13..]).ShouldBe(["[31300-31599]", "[31900-32199]"]);
    }

    [Fact]
    public void Says_what_a_machine_lacks()
    {
        Should.Throw<QuickstartException>(() => MachineShare.Divide(3, 2, 2 * 1024, 40 * 1024, new HashSet<int>())).Message.ShouldContain("memory");
        Should.Throw<QuickstartException>(() => MachineShare.Divide(3, 2, 8 * 1024, 1024, new HashSet<int>())).Message.ShouldContain("disk");
        Should.Throw<QuickstartException>(() => MachineShare.Divide(3, 2, 8 * 1024, 40 * 1024, Enumerable.Range(1, 65_535).ToHashSet())).Message.ShouldContain("ports");
    }
}
