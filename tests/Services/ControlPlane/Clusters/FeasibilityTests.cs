using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Clusters;

namespace DataPlatform.Services.Tests.ControlPlane.Clusters;

public sealed class FeasibilityTests
{
    private static readonly IReadOnlyList<HostView> Hosts = [Host("small", 2000, 4096), Host("wide", 16000, 8192), Host("tall", 4000, 65536)];

    [Fact]
    public void What_fits_on_some_host_were_it_empty_may_be_launched() =>
        Feasibility.WhyNot([Pod("scheduler", 16000, 8192), Pod("worker", 4000, 65536)], Hosts).ShouldBeNull();

    [Fact]
    public void What_fits_on_no_host_is_refused_with_what_is_missing_and_the_host_that_comes_nearest()
    {
        var problem = Feasibility.WhyNot([Pod("scheduler", 500, 512), Pod("worker", 1000, 100_000)], Hosts).ShouldNotBeNull();
        problem.Status.ShouldBe(409);
        problem.Detail.ShouldBe(
            "A worker asks one host for 97.7 GiB of memory where it has 64 GiB; of 3 hosts none has that, and tall comes nearest. Ask for less, or add a larger host.");
    }

    [Fact]
    public void Amounts_that_no_single_host_has_together_are_refused_too() =>
        Feasibility.WhyNot([Pod("worker", 16000, 65536)], Hosts).ShouldNotBeNull().Detail!.ShouldContain("16 cpus where it has 4; of 3 hosts");

    [Fact]
    public void What_all_hosts_together_do_not_have_is_refused_although_each_pod_fits_on_one() =>
        Feasibility.WhyNot([Pod("worker", 1000, 8000) with { Count = 12 }], Hosts).ShouldNotBeNull().Detail.ShouldBe(
            "All pods together ask for 93.8 GiB of memory where the pool has 76 GiB. Ask for less, or add hosts.");

    [Fact]
    public void Without_hosts_nothing_can_be_said() => Feasibility.WhyNot([Pod("worker", 16000, 65536)], []).ShouldBeNull();

    private static PodNeeds Pod(string name, long milliCpus, long memory) => new(name, 1, new AmountsView(milliCpus, memory, 0));

    private static HostView Host(string name, long milliCpus, long memory) => new(
        name, name, 5051, Active: true, new AmountsView(milliCpus, memory, 10_000), new AmountsView(0, 0, 0), new AmountsView(0, 0, 0), new Dictionary<string, string>(), 0, null);
}
