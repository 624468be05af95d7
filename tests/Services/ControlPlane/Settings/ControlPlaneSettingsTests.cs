using DataPlatform.Services.ControlPlane.Settings;
using DataPlatform.Services.Hosting.Settings;

namespace DataPlatform.Services.Tests.ControlPlane.Settings;

public sealed class ControlPlaneSettingsTests : IDisposable
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
    [InlineData("master", "http://127.0.0.1:5050/path", "http://127.0.0.1:5050")]
    [InlineData("public-url", "https://platform.example/below", "http://127.0.0.1:5050")]
    [InlineData("default-lifetime", "8 hours", "15secs")]
    [InlineData("default-lifetime", "0secs", "15secs")]
    public void Refuses_a_value_and_says_what_is_allowed(string name, string value, string allowed)
    {
        var refusal = Should.Throw<SettingsException>(() => Read(new() { [name] = value }));
        refusal.Message.ShouldContain("--" + name);
        refusal.Message.ShouldContain(allowed);
    }

    [Fact]
    public void Tasks_reach_it_under_its_own_address_unless_it_is_told_another()
    {
        Read([]).PublicUrl.ShouldBeNull();
        Read(new() { ["public-url"] = "https://platform.example:8443" }).PublicUrl.ShouldBe(new Uri("https://platform.example:8443"));
    }

    [Fact]
    public void Refuses_to_listen_beyond_loopback_without_an_administrator()
    {
        Should.Throw<SettingsException>(() => Read(new() { ["ip"] = "0.0.0.0" })).Message.ShouldContain("--admin-token-file");
        Read(new() { ["ip"] = "0.0.0.0", ["admin-token-file"] = "/x" }).AdminTokenFile.ShouldBe("/x");
    }

    [Fact]
    public void A_shared_database_is_named_without_its_password_which_stands_in_a_file()
    {
        var password = folder.Write("password", "the secret\n");
        File.SetUnixFileMode(password, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var database = Read(new() { ["database-password-file"] = password }, new() { ["DP_CONTROL_PLANE_DATABASE"] = "postgres://dp@host:5433/platform" }).Database;
        (database.Shared!.Host, database.Shared.Port, database.Shared.Username, database.Shared.Database, database.Shared.Password).ShouldBe(("host", 5433, "dp", "platform", "the secret"));
        database.Lease.ShouldBe(TimeSpan.FromSeconds(4));
        Read([]).Database.Shared.ShouldBeNull();
    }

    [Theory]
    [InlineData("database", "postgres://dp:the-secret@host/platform", "--database-password-file")]
    [InlineData("database", "host=x;password=the-secret", "postgres://USER@HOST:PORT/DATABASE")]
    [InlineData("database-lease", "11mins", "1secs to 10mins")]
    [InlineData("accept-database-loss", "all", "whole number")]
    public void Refuses_a_database_and_tells_no_secret(string name, string value, string allowed)
    {
        var refusal = Should.Throw<SettingsException>(() => Read(new() { [name] = value }));
        refusal.Message.ShouldContain(allowed);
        refusal.Message.ShouldNotContain("the-secret");
    }

    public void Dispose() => folder.Dispose();

    private static ControlPlaneSettings Read(Dictionary<string, string> flags, Dictionary<string, string>? environment = null, string? file = null) =>
        ControlPlaneSettings.From(ControlPlaneSettings.All.Read(
            [.. flags.Select(flag => $"--{flag.Key}={flag.Value}"), .. file is null ? (string[])[] : ["--config", file]], name => environment?.GetValueOrDefault(name)));
}
