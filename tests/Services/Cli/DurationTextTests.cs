using DataPlatform.Services.Cli;

namespace DataPlatform.Services.Tests.Cli;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("90s", 90)]
    [InlineData("45m", 2700)]
    [InlineData("8h", 28_800)]
    [InlineData("2d", 172_800)]
    [InlineData("15secs", 15)]
    [InlineData("1hrs", 3600)]
    [InlineData("400d", 34_560_000)]
    public void Reads_what_people_and_Mesos_write(string text, int seconds) => DurationText.Parse(text).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData("99999999999999999999h")]
    [InlineData("99999999999999999999999999999999w")]
    [InlineData("36501d")]
    public void What_is_longer_than_anybody_allows_is_read_as_the_longest(string text) => DurationText.Parse(text).ShouldBe(DurationText.Longest);

    [Theory]
    [InlineData("")]
    [InlineData("8")]
    [InlineData("h")]
    [InlineData("0h")]
    [InlineData("-1h")]
    [InlineData("1.5h")]
    [InlineData("99999999999999999999")]
    [InlineData("8 h")]
    public void Refuses_what_is_no_duration(string text) => DurationText.Parse(text).ShouldBeNull();
}
