using DataPlatform.Services.ControlPlane.Settings;

namespace DataPlatform.Services.Tests.ControlPlane.Settings;

public sealed class SettingsReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_flag_wins_over_the_environment_and_that_over_the_file()
    {
        var file = folder.Write("config.json", """{"port":"1","work-dir":"/file","default-lifetime":"2hrs"}""");
        var settings = Read(new() { ["port"] = "3" }, new() { ["DP_CONTROL_PLANE_PORT"] = "2", ["DP_CONTROL_PLANE_WORK_DIR"] = "/environment" }, file);
        settings.Port.ShouldBe(3);
        settings.WorkDir.ShouldBe("/environment");
        settings.Lake.ShouldBe("/environment/lake");
        settings.DefaultLifetime.ShouldBe(TimeSpan.FromHours(2));
    }

    [Theory]
    [InlineData("port", "65536", "0 to 65535")]
    [InlineData("ip", "localhost", "IPv4")]
    [InlineData("master", "127.0.0.1:5050", "http://127.0.0.1:5050")]
    [InlineData("default-lifetime", "8 hours", "15mins")]
    [InlineData("default-lifetime", "0secs", "15mins")]
    public void Refuses_a_value_and_says_what_is_allowed(string name, string value, string allowed)
    {
        var refusal = Should.Throw<SettingsException>(() => Read(new() { [name] = value }));
        refusal.Message.ShouldContain("--" + name);
        refusal.Message.ShouldContain(allowed);
    }

    [Fact]
    public void Refuses_to_listen_beyond_loopback_without_an_administrator()
    {
        Should.Throw<SettingsException>(() => Read(new() { ["ip"] = "0.0.0.0" })).Message.ShouldContain("--admin-token-file");
        Read(new() { ["ip"] = "0.0.0.0", ["admin-token-file"] = "/x" }).AdminTokenFile.ShouldBe("/x");
    }

    [Fact]
    public void Refuses_an_unknown_key_of_the_configuration_file()
    {
        var file = folder.Write("config.json", """{"prot":"1"}""");
        Should.Throw<SettingsException>(() => Read([], [], file)).Message.ShouldContain("'prot' is no setting");
    }

    [Theory]
    [InlineData("15secs", 15)]
    [InlineData("1.5mins", 90)]
    [InlineData("500ms", 0.5)]
    [InlineData("2weeks", 1_209_600)]
    public void Reads_durations_as_Mesos_writes_them(string text, double seconds)
    {
        MesosDuration.TryParse(text, out var duration).ShouldBeTrue();
        duration.TotalSeconds.ShouldBe(seconds);
    }

    [Theory]
    [InlineData("15")]
    [InlineData("secs")]
    [InlineData("-1secs")]
    [InlineData("1e99weeks")]
    public void Refuses_what_is_no_duration(string text) => MesosDuration.TryParse(text, out _).ShouldBeFalse();

    public void Dispose() => folder.Dispose();

    private static ControlPlaneSettings Read(Dictionary<string, string> flags, Dictionary<string, string>? environment = null, string? file = null) =>
        new SettingsReader(flags, name => environment?.GetValueOrDefault(name), file).Read();
}
