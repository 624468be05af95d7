using DataPlatform.Services.Agent.Link;
using Microsoft.Extensions.Time.Testing;

namespace DataPlatform.Services.Tests.Agent.Link;

public sealed class LinkStatusTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public void Is_healthy_without_a_link_for_as_long_as_a_master_would_wait_for_it()
    {
        var status = new LinkStatus(time);
        status.Failed("the master answered 503");

        time.Advance(LinkStatus.Patience - TimeSpan.FromSeconds(1));
        status.Read().Healthy.ShouldBeTrue();
        time.Advance(TimeSpan.FromSeconds(1));
        status.Read().ShouldBe((false, false, time.Start, "the master answered 503"));

        status.Registered();
        status.Read().ShouldBe((true, true, time.GetUtcNow(), "the master answered 503"));
    }
}
