using DataPlatform.Core.Protocol.Extensions;

namespace DataPlatform.Core.Tests.Protocol.Extensions;

public sealed class BodyExpectationTests
{
    [Theory]
    [InlineData("")]
    [InlineData("(")]
    [InlineData("(a)\\1")]
    [InlineData("(?=a)")]
    public void Refuses_what_can_not_be_looked_for(string pattern) => BodyExpectation.WhyNot(pattern).ShouldNotBeNull();

    [Fact]
    public void Refuses_a_pattern_that_is_too_long()
    {
        BodyExpectation.WhyNot(new string('a', BodyExpectation.LongestPattern)).ShouldBeNull();
        BodyExpectation.WhyNot(new string('a', BodyExpectation.LongestPattern + 1)).ShouldNotBeNull().ShouldContain("1 to 512");
    }

    [Theory]
    [InlineData("(a*)*b")]
    [InlineData("((a{1000}){1000}){1000}")]
    public void Whatever_a_framework_writes_takes_a_bounded_time(string pattern)
    {
        var body = new string('a', BodyExpectation.BodyBytes);

        var began = Environment.TickCount64;
        if (BodyExpectation.WhyNot(pattern) is null)
            _ = Record.Exception(() => BodyExpectation.Of(pattern).IsMatch(body));

        (Environment.TickCount64 - began).ShouldBeLessThan(10_000);
    }
}
