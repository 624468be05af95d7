using DataPlatform.Services.Agent.Configuration;
using DataPlatform.Services.Hosting.Settings;

namespace DataPlatform.Services.Tests.Agent.Configuration;

public sealed class AgentOptionsTests : IDisposable
{
    private readonly string work = Directory.CreateTempSubdirectory("dp-options-").FullName;

    public void Dispose() => Directory.Delete(work, recursive: true);

    [Fact]
    public void Flags_win_over_the_environment_and_that_over_the_file()
    {
        var file = Path.Combine(work, "config.json");
        File.WriteAllText(file, """{"port": 1001, "hostname": "from-file", "attributes": "rack:file"}""");
        var environment = new Dictionary<string, string> { ["DP_AGENT_CONFIG"] = file, ["DP_AGENT_PORT"] = "1002", ["DP_AGENT_HOSTNAME"] = "from-environment" };

        var options = AgentOptions.Read(["--work-dir", work, "--port=1003"], environment.GetValueOrDefault);

        options.Port.ShouldBe(1003);
        options.HostName.ShouldBe("from-environment");
        options.Attributes.ShouldHaveSingleItem().Text.Value.ShouldBe("file");
    }

    [Fact]
    public void Reads_resources_as_Mesos_writes_them_and_measures_the_rest()
    {
        var options = Read("--resources", "cpus:4;mem:4096;disk:10240;ports:[31000-31999,33000-33000]");

        options.Resources.Select(each => each.Name).ShouldBe(["cpus", "mem", "disk", "ports"]);
        options.Resources[0].Scalar.Value.ShouldBe(4);
        options.Resources[3].Ranges.Range.Count.ShouldBe(2);
        Read("--resources", "cpus:1").Resources.Select(each => each.Name).ShouldBe(["cpus", "mem", "disk", "ports"]);
    }

    [Theory]
    [InlineData("--ip 0.0.0.0", "without --http-credentials")]
    [InlineData("--ip nonsense", "is not an IP address")]
    [InlineData("--port 70000", "from 0 to 65535")]
    [InlineData("--nonsense 1", "Unknown setting --nonsense")]
    [InlineData("stray", "Unexpected argument 'stray'")]
    [InlineData("--port", "needs a value")]
    [InlineData("--resources cpus", "expected name:value")]
    [InlineData("--resources cpus:1;cpus:2", "names 'cpus' twice")]
    [InlineData("--resources cpus:-1", "must not be negative")]
    [InlineData("--resources ports:[5-1]", "is not a range")]
    [InlineData("--gc-delay soon", "is not a duration")]
    [InlineData("--executor-messages-at-once 0", "from 1 to 1000000")]
    [InlineData("--max-log-size big", "is not a size")]
    [InlineData("--image-providers appc", "docker is, or nothing")]
    [InlineData("--docker-registry images", "neither an absolute path of a folder")]
    [InlineData("--bridge-subnet 10.0.0.0/8", "is not an IPv4 network like 10.213.0.0/24")]
    [InlineData("--host-volume-folders data", "is not a list of absolute paths")]
    [InlineData("--isolation magic", "allowed are auto, cgroups, processes")]
    [InlineData("--cgroups-root ../up", "letters, digits")]
    [InlineData("--credential /no/such/file", "can't be read")]
    [InlineData("--master ftp://h", "is not a URL")]
    public void Says_what_can_not_be_used_and_why(string arguments, string reason) =>
        Should.Throw<SettingsException>(() => Read(arguments.Split(' '))).Message.ShouldContain(reason);

    [Fact]
    public void Switches_can_be_turned_on_and_off()
    {
        Read("--stop-tasks-on-exit", "--no-switch-user").StopTasksOnExit.ShouldBeTrue();
        Read("--no-switch-user").TaskUsers.Switch.ShouldBeFalse();
    }

    private AgentOptions Read(params string[] arguments) => AgentOptions.Read(["--work-dir", work, .. arguments], _ => null);
}
