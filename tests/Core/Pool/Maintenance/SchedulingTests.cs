using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Tests.Pool.Maintenance;

public sealed class SchedulingTests
{
    private readonly PoolUnderTest pool = new();

    [Fact]
    public void Offers_of_an_agent_that_will_go_away_are_taken_back_and_made_anew_with_the_window()
    {
        var agent = pool.Register("a");
        pool.Register("b");
        pool.Subscribe("f");
        var before = pool.OffersTo("f").Single(offer => offer.AgentId.Value == agent);
        before.Unavailability.ShouldBeNull();

        pool.Schedule(Windows.Of(5, "A")).ShouldBe(PoolOutcome.Ok);

        pool.ToldTo("f").Where(told => told.Rescind is not null).ShouldHaveSingleItem().Rescind.OfferId.ShouldBe(before.Id);
        var offers = pool.OffersTo("f");
        offers.Count.ShouldBe(2);
        offers.Single(offer => offer.AgentId.Value == agent).Unavailability.ShouldBe(Windows.Of(5, "a").Unavailability);
        offers.Single(offer => offer.AgentId.Value != agent).Unavailability.ShouldBeNull();
        OperatorViews.Frameworks(pool.State).Frameworks[0].Offers.Count(offer => offer.Unavailability is not null).ShouldBe(1);

        pool.Schedule().ShouldBe(PoolOutcome.Ok);

        pool.OffersTo("f").ShouldAllBe(offer => offer.Unavailability == null);
    }

    [Fact]
    public void The_same_schedule_again_takes_no_offer_back()
    {
        pool.Register("a");
        pool.Subscribe("f");
        pool.Schedule(Windows.Of(5, "a"));
        var standing = pool.OffersTo("f");

        pool.Schedule(Windows.Of(5, "a"));

        pool.OffersTo("f").ShouldBe(standing);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("@127.0.0.1", true)]
    [InlineData("a@127.0.0.1", true)]
    [InlineData("a@127.0.0.2", false)]
    [InlineData("b@127.0.0.1", false)]
    [InlineData("@127.0.0.2", false)]
    public void A_machine_is_the_host_of_an_agent_when_all_that_is_given_fits(string machine, bool fits)
    {
        pool.Register("a");
        pool.Subscribe("f");

        pool.Schedule(Windows.Of(5, machine)).ShouldBe(PoolOutcome.Ok);

        (pool.OffersTo("f").Single().Unavailability is not null).ShouldBe(fits);
    }

    [Fact]
    public void Of_several_windows_about_a_host_the_one_that_begins_first_counts()
    {
        pool.Register("a");
        pool.Subscribe("f");

        pool.Schedule(Windows.Of(7, "a"), Windows.Of(5, "@127.0.0.1"), Windows.Of(6, "a@127.0.0.1"));

        pool.OffersTo("f").Single().Unavailability.Start.Nanoseconds.ShouldBe(5);
    }

    [Fact]
    public void The_schedule_is_told_as_it_was_given_and_its_machines_drain()
    {
        var window = Windows.Of(5, "Host-A", "b@10.0.0.1");

        pool.Schedule(window);

        pool.Scheduled().Windows.ShouldBe([window]);
        pool.Status().DrainingMachines.Select(machine => machine.Id).ShouldBe(window.MachineIds);
        pool.Status().DownMachines.ShouldBeEmpty();
    }

    public static TheoryData<string, Schedule> Refused => new()
    {
        { "machine_ids is empty", new() { Windows = { Windows.Of(1) } } },
        { "named twice", new() { Windows = { Windows.Of(1, "a", "A") } } },
        { "named twice", new() { Windows = { Windows.Of(1, "a@10.0.0.1"), Windows.Of(2, "a@10.0.0.1") } } },
        { "neither hostname nor ip", new() { Windows = { Windows.Of(1, "") } } },
        { "is no IP address", new() { Windows = { Windows.Of(1, "a@b") } } },
        { "hostname 'a/b'", new() { Windows = { Windows.Of(1, "a/b") } } },
        { "start is negative", new() { Windows = { Windows.Of(-1, "a") } } },
        { "duration is negative", new() { Windows = { new Window { MachineIds = { Windows.MachineOf("a") }, Unavailability = Endless(-1) } } } },
        { "schedule.windows: there are 3; at most 2", new() { Windows = { Windows.Of(1, "a"), Windows.Of(1, "b"), Windows.Of(1, "c") } } },
        { "more machines than 3", new() { Windows = { Windows.Of(1, "a", "b"), Windows.Of(1, "c", "d") } } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_schedule_that_makes_no_sense_is_refused_and_the_one_before_stays(string why, Schedule schedule)
    {
        var small = new PoolUnderTest(new PoolSettings { MaintenanceWindows = 2, MaintenanceMachines = 3 });
        small.Schedule(Windows.Of(9, "z")).ShouldBe(PoolOutcome.Ok);

        small.Schedule([.. schedule.Windows]).ShouldBeRefused().ShouldContain(why);

        small.Scheduled().Windows.ShouldBe([Windows.Of(9, "z")]);
    }

    [Fact]
    public void A_window_without_an_end_is_one() => pool.Schedule(
        new Window { MachineIds = { Windows.MachineOf("a") }, Unavailability = new() { Start = new TimeInfo { Nanoseconds = 1 } } }).ShouldBe(PoolOutcome.Ok);

    [Fact]
    public void The_next_master_remembers_the_schedule_and_who_is_down()
    {
        pool.Schedule(Windows.Of(5, "a", "b"), Windows.Of(6, "c", "d@10.0.0.1"));
        pool.Start("a", "d@10.0.0.1", "c");
        pool.Stop("c");

        var (next, again) = pool.NextMasters();

        foreach (var state in new[] { next, again })
        {
            state.Plan.Schedule.ShouldBe(new Schedule { Windows = { Windows.Of(5, "a", "b"), Windows.Of(6, "d@10.0.0.1") } });
            state.DownMachines.Values.ShouldBe([Windows.MachineOf("a"), Windows.MachineOf("d@10.0.0.1")], ignoreOrder: true);
        }
    }

    private static Unavailability Endless(long duration) =>
        new() { Start = new TimeInfo { Nanoseconds = 1 }, Duration = new DurationInfo { Nanoseconds = duration } };
}
