using DataPlatform.Services.Hosting.Settings;

namespace DataPlatform.Services.Tests.Hosting.Settings;

public sealed class SettingListTests : IDisposable
{
    private static readonly SettingList Settings = new("dp-kitchen", "cooks.", "dp-kitchen --port 1",
    [
        new("port", "NUMBER", "5050", "where it serves"),
        new("soup-of-day", "NAME", null, "what is eaten"),
        new("salt", "", "true", "whether it is salted", IsSwitch: true),
        new("patience", "DURATION", "1mins", "how long it cooks"),
        new("pot", "BYTES", "2GB", "how much goes in"),
    ]);

    private readonly string folder = Directory.CreateTempSubdirectory("dp-settings-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_flag_wins_over_the_environment_and_that_over_the_file_and_that_over_the_default()
    {
        var file = Write("""{"port":1,"soup-of-day":"file","patience":"3secs"}""");
        var environment = new Dictionary<string, string> { ["DP_KITCHEN_CONFIG"] = file, ["DP_KITCHEN_PORT"] = "2", ["DP_KITCHEN_SOUP_OF_DAY"] = "environment" };

        var values = Settings.Read(["--port=3"], environment.GetValueOrDefault);

        values.Port("port").ShouldBe(3);
        values.Find("soup-of-day").ShouldBe("environment");
        values.Duration("patience").ShouldBe(TimeSpan.FromSeconds(3));
        values.Size("pot").ShouldBe(2L << 30);
    }

    [Fact]
    public void Flags_hold_what_is_in_force_and_nothing_that_is_not_set() =>
        Read("--port", "7").Flags.Keys.ShouldBe(["port", "salt", "patience", "pot"]);

    [Theory]
    [InlineData("--salt", true)]
    [InlineData("--salt true", true)]
    [InlineData("--salt=false", false)]
    [InlineData("--no-salt", false)]
    public void Switches_can_be_turned_on_and_off(string arguments, bool on) => Read(arguments.Split(' ')).Switch("salt").ShouldBe(on);

    [Theory]
    [InlineData("--nonsense 1", "Unknown setting --nonsense")]
    [InlineData("--no-port", "Unknown setting --no-port")]
    [InlineData("stray", "Unexpected argument 'stray'")]
    [InlineData("--port", "--port needs a value: NUMBER")]
    public void Refuses_flags_that_are_none(string arguments, string reason) =>
        Should.Throw<SettingsException>(() => Read(arguments.Split(' '))).Message.ShouldContain(reason);

    [Fact]
    public void A_refusal_names_who_gave_the_value()
    {
        var file = Write("""{"port":"70000"}""");

        Refusal(["--port", "70000"]).ShouldBe("--port '70000' is not a whole number from 0 to 65535");
        Refusal([], ("DP_KITCHEN_PORT", "70000")).ShouldStartWith("DP_KITCHEN_PORT '70000'");
        Refusal(["--config", file]).ShouldStartWith($"{file}: port '70000'");

        static string Refusal(string[] arguments, params (string Name, string Value)[] environment) => Should.Throw<SettingsException>(
            () => Settings.Read(arguments, environment.ToDictionary(each => each.Name, each => each.Value).GetValueOrDefault).Port("port")).Message;
    }

    [Theory]
    [InlineData("""{"prot":1}""", "'prot' is no setting; allowed: port, soup-of-day")]
    [InlineData("[]", "must hold a JSON object")]
    [InlineData("{", "can't be read as a JSON object")]
    public void Refuses_a_file_that_can_not_be_meant(string content, string reason) =>
        Should.Throw<SettingsException>(() => Read("--config", Write(content))).Message.ShouldContain(reason);

    [Fact]
    public void A_path_may_begin_at_home() =>
        Read("--soup-of-day", "~/pot").FindPath("soup-of-day").ShouldBe(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "pot"));

    [Theory]
    [InlineData("127.0.0.1:5050", "http://127.0.0.1:5050/")]
    [InlineData("https://m.example", "https://m.example/")]
    [InlineData("ftp://h", null)]
    [InlineData("http://h/path", null)]
    [InlineData("http://p:secret@h", null)]
    public void Reads_urls_of_hosts(string text, string? url)
    {
        var values = Read("--soup-of-day", text);
        if (url is not null)
            values.FindUrl("soup-of-day").ShouldBe(new Uri(url));
        else
            Should.Throw<SettingsException>(() => values.FindUrl("soup-of-day")).Message.ShouldContain("http://127.0.0.1:5050");
    }

    [Fact]
    public void Help_names_every_setting_with_its_default_and_how_else_it_is_given()
    {
        var help = Settings.Help();

        Settings.All.ShouldAllBe(setting => help.Contains(setting.Flag + " ", StringComparison.Ordinal));
        help.ShouldContain("(default 1mins)");
        help.ShouldContain("DP_KITCHEN_PORT");
    }

    private static SettingValues Read(params string[] arguments) => Settings.Read(arguments, _ => null);

    private string Write(string content)
    {
        var file = Path.Combine(folder, "config.json");
        File.WriteAllText(file, content);
        return file;
    }
}
