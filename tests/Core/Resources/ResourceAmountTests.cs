using DataPlatform.Core.Resources;
using FsCheck.Xunit;

namespace DataPlatform.Core.Tests.Resources;

public class ResourceAmountTests
{
    [Theory]
    [InlineData(0.1, 100)]
    [InlineData(4, 4000)]
    [InlineData(0.0005, 1)]
    [InlineData(0.0004, 0)]
    [InlineData(1.1254999, 1125)]
    public void Rounds_to_thousandths(double value, long thousandths) =>
        ResourceAmount.FromDouble(value).Thousandths.ShouldBe(thousandths);

    [Theory]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e13)]
    public void Refuses_what_is_no_amount(double value) =>
        ResourceAmount.TryFromDouble(value, out _).ShouldBeFalse();

    [Fact]
    public void Ten_tenths_are_one_exactly() =>
        Enumerable.Repeat(ResourceAmount.FromDouble(0.1), 10).Aggregate(ResourceAmount.Zero, (sum, next) => sum + next)
            .ShouldBe(ResourceAmount.FromUnits(1));

    [Fact]
    public void Never_goes_below_zero() =>
        Should.Throw<InvalidOperationException>(() => ResourceAmount.FromUnits(1) - ResourceAmount.FromUnits(2));

    [Property]
    public void Survives_the_way_over_a_double(uint thousandths)
    {
        var amount = ResourceAmount.FromThousandths((long)thousandths * 77);
        ResourceAmount.FromDouble(amount.ToDouble()).ShouldBe(amount);
    }
}
