using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using Status = DataPlatform.Core.Protocol.Mesos.InverseOfferStatus.Types.Status;

namespace DataPlatform.Core.Tests.Pool.Maintenance;

public sealed class InverseOfferingTests
{
    private readonly PoolUnderTest pool = new();
    private readonly string agent;
    private readonly string framework;

    public InverseOfferingTests()
    {
        agent = pool.Register("a");
        framework = pool.Subscribe("f");
        pool.Accept(framework, pool.OffersTo("f"), PoolUnderTest.Task("1", agent));
    }

    [Fact]
    public void A_framework_with_tasks_on_an_agent_that_will_go_away_is_asked_to_leave_it()
    {
        pool.Subscribe("idle");

        pool.Schedule(Windows.Of(5, "a"));

        var asked = Asked().ShouldHaveSingleItem();
        asked.AgentId.Value.ShouldBe(agent);
        asked.FrameworkId.Value.ShouldBe(framework);
        asked.Unavailability.ShouldBe(Windows.Of(5, "a").Unavailability);
        asked.Resources.ShouldBeEmpty();
        pool.ToldTo("idle").ShouldAllBe(told => told.InverseOffers == null);
        OperatorViews.Frameworks(pool.State).Frameworks.Single(each => each.InverseOffers.Count > 0).InverseOffers.ShouldBe([asked]);
        Statuses().ShouldBe([(Status.Unknown, framework)]);
        pool.Pass(TimeSpan.FromMinutes(1));
        Asked().Count.ShouldBe(1);
    }

    [Fact]
    public void Ids_of_offers_and_inverse_offers_never_meet()
    {
        pool.Register("b");
        pool.Schedule(Windows.Of(5, "a", "b"));
        pool.Register("c");

        var ids = pool.ToldTo("f").Where(told => told.Offers is not null).SelectMany(told => told.Offers.Offers_).Select(offer => offer.Id.Value)
            .Concat(Asked().Select(offer => offer.Id.Value)).ToList();

        ids.ShouldBeUnique();
    }

    [Theory]
    [InlineData(SchedulerCall.Types.Type.AcceptInverseOffers, Status.Accept)]
    [InlineData(SchedulerCall.Types.Type.DeclineInverseOffers, Status.Decline)]
    public void The_answer_is_shown_with_its_time_and_the_framework_is_asked_again_after_its_filter(SchedulerCall.Types.Type type, Status status)
    {
        pool.Schedule(Windows.Of(5, "a"));
        pool.Pass(TimeSpan.FromSeconds(1));

        Answer(type, Asked()[0].Id, seconds: 30);

        Statuses().ShouldBe([(status, framework)]);
        pool.Status().DrainingMachines[0].Statuses[0].Timestamp.Nanoseconds.ShouldBe((pool.Now - DateTimeOffset.UnixEpoch).Ticks * 100);
        pool.Pass(TimeSpan.FromSeconds(29));
        Asked().Count.ShouldBe(1);
        pool.Pass(TimeSpan.FromSeconds(2));
        Asked().Count.ShouldBe(2);
        Statuses().ShouldBe([(status, framework)]);
    }

    [Fact]
    public void A_framework_that_revives_is_asked_again_at_once()
    {
        pool.Schedule(Windows.Of(5, "a"));
        Answer(SchedulerCall.Types.Type.DeclineInverseOffers, Asked()[0].Id, seconds: 3600);

        pool.Call(framework, call => { call.Type = SchedulerCall.Types.Type.Revive; call.Revive = new(); }).ShouldBe(PoolOutcome.Taken);

        pool.Pass(TimeSpan.FromSeconds(2));
        Asked().Count.ShouldBe(2);
        Statuses().ShouldBe([(Status.Decline, framework)]);
    }

    [Fact]
    public void Only_the_framework_that_was_asked_can_answer()
    {
        pool.Schedule(Windows.Of(5, "a"));
        var thief = pool.Subscribe("thief");

        pool.Call(thief, call => Fill(call, SchedulerCall.Types.Type.AcceptInverseOffers, Asked()[0].Id, seconds: 1)).ShouldBe(PoolOutcome.Taken);
        Answer(SchedulerCall.Types.Type.AcceptInverseOffers, new OfferID { Value = "of nobody" }, seconds: 1).ShouldBe(PoolOutcome.Taken);

        Statuses().ShouldBe([(Status.Unknown, framework)]);
    }

    [Fact]
    public void Another_schedule_takes_inverse_offers_back_and_forgets_what_was_said_to_the_one_before()
    {
        pool.Schedule(Windows.Of(5, "a"));
        Answer(SchedulerCall.Types.Type.AcceptInverseOffers, Asked()[0].Id, seconds: 3600);

        pool.Schedule(Windows.Of(6, "a"));

        Asked().Count.ShouldBe(2);
        Asked()[1].Unavailability.Start.Nanoseconds.ShouldBe(6);
        Statuses().ShouldBe([(Status.Unknown, framework)]);

        pool.Schedule();

        Rescinded().ShouldBe([Asked()[1].Id.Value]);
        pool.State.InverseOffers.ShouldBeEmpty();
    }

    [Fact]
    public void An_agent_that_goes_takes_its_inverse_offers_with_it()
    {
        pool.Schedule(Windows.Of(5, "a"));

        pool.Start("a");

        Rescinded().ShouldBe([Asked()[0].Id.Value]);
        pool.State.InverseOffers.ShouldBeEmpty();
        OperatorViews.Frameworks(pool.State).Frameworks[0].InverseOffers.ShouldBeEmpty();
    }

    [Fact]
    public void A_framework_that_comes_back_is_asked_again_and_one_that_is_torn_down_leaves_nothing()
    {
        pool.Schedule(Windows.Of(5, "a"));
        pool.Do(new PoolCommand.SchedulerStreamClosed("f"));
        pool.State.InverseOffers.ShouldBeEmpty();

        pool.Subscribe("again", id: framework);

        var offer = pool.ToldTo("again").Single(told => told.InverseOffers is not null).InverseOffers.InverseOffers_.ShouldHaveSingleItem();
        pool.State.InverseOffers.Keys.ShouldBe([offer.Id.Value]);
        pool.Call(framework, call => Fill(call, SchedulerCall.Types.Type.DeclineInverseOffers, offer.Id, seconds: 3600));
        pool.Do(new PoolCommand.TearDown(framework, Caller.Platform));
        Statuses().ShouldBeEmpty();
    }

    private List<InverseOffer> Asked() => [.. pool.ToldTo("f").Where(told => told.InverseOffers is not null).SelectMany(told => told.InverseOffers.InverseOffers_)];

    private List<string> Rescinded() =>
        [.. pool.ToldTo("f").Where(told => told.RescindInverseOffer is not null).Select(told => told.RescindInverseOffer.InverseOfferId.Value)];

    private List<(Status, string)> Statuses() =>
        [.. pool.Status().DrainingMachines.SelectMany(machine => machine.Statuses).Select(status => (status.Status, status.FrameworkId.Value))];

    private PoolOutcome Answer(SchedulerCall.Types.Type type, OfferID id, double seconds) => pool.Call(framework, call => Fill(call, type, id, seconds));

    private static void Fill(SchedulerCall call, SchedulerCall.Types.Type type, OfferID id, double seconds)
    {
        call.Type = type;
        var filters = new Filters { RefuseSeconds = seconds };
        if (type == SchedulerCall.Types.Type.AcceptInverseOffers)
            call.AcceptInverseOffers = new() { InverseOfferIds = { id }, Filters = filters };
        else
            call.DeclineInverseOffers = new() { InverseOfferIds = { id }, Filters = filters };
    }
}
