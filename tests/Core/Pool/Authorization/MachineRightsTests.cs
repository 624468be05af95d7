using DataPlatform.Core.Pool;
using DataPlatform.Core.Tests.Pool.Maintenance;

namespace DataPlatform.Core.Tests.Pool.Authorization;

/// <summary>Who may do what to which machines.</summary>
public sealed class MachineRightsTests
{
    private static readonly Caller Operator = new Caller.Named("operator", "10.0.0.1");
    private static readonly Caller OfRack = new Caller.Named("of-rack", "10.0.0.2");

    private const string OnMachines = """
        [{"principals":{"values":["operator"]},"machines":{"type":"ANY"}},
         {"principals":{"values":["of-rack"]},"machines":{"values":["a","10.0.0.9"]}}]
        """;

    private readonly PoolUnderTest pool = new(access: AccessRulesTests.Rules($$"""
        {"get_maintenance_schedules":{{OnMachines}},"get_maintenance_statuses":{{OnMachines}},
         "update_maintenance_schedules":{{OnMachines}},"start_maintenances":{{OnMachines}},"stop_maintenances":{{OnMachines}} }
        """));

    [Fact]
    public void A_caller_changes_the_schedule_of_its_own_machines_only()
    {
        pool.Caller = OfRack;
        pool.Schedule(Windows.Of(5, "b")).ShouldBeRefused(RefusalKind.Forbidden).ShouldContain("update_maintenance_schedules for machines 'b'");
        pool.Schedule(Windows.Of(5, "A", "@10.0.0.9")).ShouldBe(PoolOutcome.Ok);

        pool.Caller = Operator;
        pool.Schedule(Windows.Of(5, "a", "b")).ShouldBe(PoolOutcome.Ok);
        pool.Caller = OfRack;

        pool.Schedule(Windows.Of(5, "a")).ShouldBeRefused(RefusalKind.Forbidden).ShouldContain("'b'");
    }

    [Fact]
    public void A_caller_takes_down_and_up_its_own_machines_only()
    {
        pool.Caller = Operator;
        pool.Schedule(Windows.Of(5, "a", "b"));
        pool.Caller = OfRack;

        pool.Start("a", "b").ShouldBeRefused(RefusalKind.Forbidden).ShouldContain("start_maintenances");
        pool.Start("a").ShouldBe(PoolOutcome.Ok);
        pool.Caller = Operator;
        pool.Start("b").ShouldBe(PoolOutcome.Ok);
        pool.Caller = OfRack;

        pool.Stop("b").ShouldBeRefused(RefusalKind.Forbidden).ShouldContain("stop_maintenances");
        pool.Stop("a").ShouldBe(PoolOutcome.Ok);
    }

    [Fact]
    public void A_caller_sees_its_own_machines_only()
    {
        pool.Caller = Operator;
        pool.Schedule(Windows.Of(5, "a", "b"), Windows.Of(6, "c", "d"));
        pool.Start("b");
        pool.Status().DownMachines.Count.ShouldBe(1);
        pool.Status().DrainingMachines.Count.ShouldBe(3);

        pool.Caller = OfRack;

        pool.Scheduled().Windows.ShouldBe([Windows.Of(5, "a")]);
        pool.Status().DownMachines.ShouldBeEmpty();
        pool.Status().DrainingMachines.ShouldHaveSingleItem().Id.ShouldBe(Windows.MachineOf("a"));
        pool.Caller = new Caller.Named("nobody", "10.0.0.3");
        pool.Scheduled().Windows.ShouldBeEmpty();
    }
}
