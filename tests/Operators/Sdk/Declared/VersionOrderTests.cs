using DataPlatform.Operators.Sdk.Declared;

namespace DataPlatform.Operators.Tests.Sdk.Declared;

public sealed class VersionOrderTests
{
    [Theory]
    [InlineData("1.9", "1.10")]
    [InlineData("2", "10")]
    [InlineData("2.0", "2.0.1")]
    [InlineData("2.0-beta", "2.0")]
    [InlineData("2.0-alpha", "2.0-beta")]
    [InlineData("2.0", "2.0-1")]
    [InlineData("1.0", "1.0a")]
    [InlineData("15", "16rc1")]
    public void Numbers_count_as_numbers_and_what_comes_before_a_version_is_older(string older, string newer)
    {
        VersionOrder.Instance.Compare(older, newer).ShouldBeLessThan(0);
        VersionOrder.Instance.Compare(newer, older).ShouldBeGreaterThan(0);
        VersionOrder.Instance.Compare(newer, newer).ShouldBe(0);
    }
}
