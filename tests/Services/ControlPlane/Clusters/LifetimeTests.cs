using DataPlatform.Services.ControlPlane.Clusters;

namespace DataPlatform.Services.Tests.ControlPlane.Clusters;

public sealed class LifetimeTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_extension_adds_to_the_end() => Lifetime.Extended(Now.AddHours(1), Now, 3600).ShouldBe(Now.AddHours(2));

    [Fact]
    public void An_extension_of_what_is_over_counts_from_now() => Lifetime.Extended(Now.AddHours(-1), Now, 3600).ShouldBe(Now.AddHours(1));

    [Theory]
    [InlineData(59)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void An_extension_out_of_range_is_none(long seconds) => Lifetime.Extended(Now.AddHours(1), Now, seconds).ShouldBeNull();

    [Fact]
    public void No_end_is_further_away_than_thirty_days() => Lifetime.Extended(Now.AddDays(29), Now, 2 * 86_400).ShouldBeNull();

    [Theory]
    [InlineData(31, false)]
    [InlineData(30, true)]
    public void Warns_half_an_hour_before_the_end(int minutes, bool soon) => Lifetime.EndsSoon(Now.AddHours(-8), Now.AddMinutes(minutes), Now).ShouldBe(soon);

    [Fact]
    public void A_short_life_is_not_warned_of_all_the_time() => Lifetime.EndsSoon(Now, Now.AddMinutes(10), Now).ShouldBeFalse();
}
