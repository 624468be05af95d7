using DataPlatform.Services.Hosting.Settings;

namespace DataPlatform.Services.Tests.Hosting.Settings;

public class QuantitiesTests
{
    [Theory]
    [InlineData("0secs", 0)]
    [InlineData("500ms", 0.5)]
    [InlineData("15secs", 15)]
    [InlineData("1mins", 60)]
    [InlineData("1.5hrs", 5400)]
    [InlineData("7days", 604_800)]
    [InlineData("2weeks", 1_209_600)]
    public void Reads_durations_as_Mesos_writes_them(string text, double seconds) => Quantities.Duration(text)!.Value.TotalSeconds.ShouldBe(seconds, 1e-6);

    [Theory]
    [InlineData("")]
    [InlineData("15")]
    [InlineData("secs")]
    [InlineData("-1secs")]
    [InlineData("8 hours")]
    [InlineData("1e99weeks")]
    [InlineData("99999999999999weeks")]
    public void Refuses_what_is_no_duration(string text) => Quantities.Duration(text).ShouldBeNull();

    [Theory]
    [InlineData("0B", 0)]
    [InlineData("10MB", 10_485_760)]
    [InlineData("1.5GB", 1_610_612_736)]
    public void Reads_sizes_as_Mesos_writes_them(string text, long bytes) => Quantities.Size(text).ShouldBe(bytes);

    [Theory]
    [InlineData("10")]
    [InlineData("big")]
    [InlineData("-1MB")]
    [InlineData("99999999999999TB")]
    public void Refuses_what_is_no_size(string text) => Quantities.Size(text).ShouldBeNull();
}
