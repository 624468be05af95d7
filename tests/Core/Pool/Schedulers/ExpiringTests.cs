using DataPlatform.Core.Pool;

namespace DataPlatform.Core.Tests.Pool.Schedulers;

public sealed class ExpiringTests
{
    private static readonly TimeSpan Timeout = new PoolSettings().OfferTimeout!.Value;

    private readonly PoolUnderTest pool = new();

    [Fact]
    public void An_offer_that_is_kept_too_long_is_taken_back_and_goes_to_who_has_none()
    {
        pool.Register("a");
        pool.Subscribe("hoarder");
        var kept = pool.OffersTo("hoarder").ShouldHaveSingleItem();
        pool.Subscribe("other");
        pool.OffersTo("other").ShouldBeEmpty();

        Pass(Timeout - TimeSpan.FromSeconds(1));
        pool.OffersTo("hoarder").ShouldHaveSingleItem();
        Pass(TimeSpan.FromSeconds(2));

        pool.ToldTo("hoarder").Select(told => told.Rescind?.OfferId).ShouldContain(kept.Id);
        pool.OffersTo("hoarder").ShouldBeEmpty();
        pool.OffersTo("other").ShouldHaveSingleItem().Resources.ShouldBe(kept.Resources);
    }

    [Fact]
    public void Who_let_an_offer_expire_gets_it_again_after_a_moment_when_nobody_else_wants_it()
    {
        pool.Register("a");
        pool.Subscribe("alone");

        Pass(Timeout + TimeSpan.FromSeconds(1));
        pool.OffersTo("alone").ShouldBeEmpty();
        Pass(TimeSpan.FromSeconds(6));

        pool.OffersTo("alone").ShouldHaveSingleItem();
    }

    [Fact]
    public void A_younger_offer_lives_as_long_as_any_other()
    {
        pool.Register("a");
        pool.Subscribe("f");
        Pass(Timeout / 2);
        pool.Register("b");

        Pass((Timeout / 2) + TimeSpan.FromSeconds(1));
        pool.OffersTo("f").ShouldHaveSingleItem().Hostname.ShouldBe("b");
        var young = pool.OffersTo("f").Single().Id.Value;
        Pass((Timeout / 2) + TimeSpan.FromSeconds(1));

        pool.State.Offers.Keys.ShouldNotContain(young);
    }

    [Fact]
    public void Without_the_timeout_an_offer_may_be_kept_for_ever()
    {
        var patient = new PoolUnderTest(new PoolSettings { OfferTimeout = null });
        patient.Register("a");
        patient.Subscribe("hoarder");

        for (var minute = 0; minute < 60; minute++)
        {
            patient.Do(new PoolCommand.AgentRequest(new() { Type = Core.Protocol.Link.AgentCall.Types.Type.Pong }, "a", patient.Caller));
            patient.Pass(TimeSpan.FromSeconds(10));
        }

        patient.OffersTo("hoarder").ShouldHaveSingleItem();
    }

    /// <summary>In steps that the agents' pings survive.</summary>
    private void Pass(TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(10))
        {
            foreach (var agent in pool.State.Agents.Values)
                pool.Do(new PoolCommand.AgentRequest(new() { Type = Core.Protocol.Link.AgentCall.Types.Type.Pong }, agent.StreamId, pool.Caller));
            pool.Pass(left < TimeSpan.FromSeconds(10) ? left : TimeSpan.FromSeconds(10));
        }
    }
}
