using System.Text.Json.Nodes;
using DataPlatform.Operators.Jupyter;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Tests.Jupyter;

public sealed class JupyterPackageTests
{
    private static readonly JupyterPackage Package = new();

    private static ClusterConnection Connection(bool ready) => new("trial", "spark", ready, new Dictionary<string, string> { ["SPARK_REMOTE"] = "sc://h:1" });

    [Theory]
    [InlineData(null, "there is no cluster")]
    [InlineData(false, "not ready")]
    public void Waits_for_the_cluster_that_it_is_to_be_connected_to(bool? ready, string reason)
    {
        var settings = Clusters.Settings(Package, """{"cluster":"trial"}""", connection: _ => ready is { } known ? Connection(known) : null);
        Package.Specify(settings).Task("lab").Command(Clusters.Context("lab", "http")).ShouldBeOfType<CommandOutcome.Waiting>().Reason.ShouldContain(reason);
    }

    [Fact]
    public void Kernels_find_what_the_connected_cluster_exports()
    {
        var settings = Clusters.Settings(Package, """{"cluster":"trial"}""", connection: _ => Connection(true));
        Package.Specify(settings).Task("lab").Command(Clusters.Context("lab", "http")).Known().Environment["SPARK_REMOTE"].ShouldBe("sc://h:1");
    }

    [Fact]
    public void What_lets_kernels_into_the_connected_cluster_is_for_them_alone()
    {
        var keys = new ClusterKeys(new Dictionary<string, string> { ["TOKEN"] = "hunter2" }, [new GeneratedFile("tls/own.pem", "hunter2")], new Dictionary<string, string> { ["CERT"] = "tls/own.pem" });
        var settings = Clusters.Settings(Package, """{"cluster":"trial"}""", connection: _ => Connection(true) with { Keys = keys });

        var command = Package.Specify(settings).Task("lab").Command(Clusters.Context("lab", "http")).Known();

        command.Secrets["TOKEN"].ShouldBe("hunter2");
        command.Environment.Values.Concat(command.Arguments).ShouldNotContain(value => value.Contains("hunter2", StringComparison.Ordinal));
        command.Files.ShouldContain(file => file.Path == "in-sandbox.sh" && file.Content.Contains("CERT=\"$MESOS_SANDBOX/tls/own.pem\"", StringComparison.Ordinal));
        Package.Snippets(settings, new Dictionary<string, PlacedTask>()).ShouldNotContain(snippet => snippet.Text.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public void Runs_a_notebook_once_only_when_one_is_named()
    {
        Package.Specify(Clusters.Settings(Package)).Pods.ShouldHaveSingleItem();
        Package.Specify(Clusters.Settings(Package, """{"execute":"flights.ipynb"}""")).Task("execute").RunsOnce.ShouldBeTrue();
    }

    [Fact]
    public void The_token_reaches_the_server_and_the_proxy_and_no_argument()
    {
        var settings = Clusters.Settings(Package);
        var command = Package.Specify(settings).Task("lab").Command(Clusters.Context("lab", "http")).Known();
        command.Secrets["JUPYTER_TOKEN"].ShouldBe("secret-token");
        command.Environment.Values.ShouldNotContain(value => value.Contains("secret", StringComparison.Ordinal));
        command.Arguments.ShouldNotContain(argument => argument.Contains("secret", StringComparison.Ordinal));
        Package.ProxyHeaders(settings, "lab")["Authorization"].ShouldBe("token secret-token");
        Package.ProxyHeaders(settings, "another").ShouldBeEmpty();
    }

    [Fact]
    public void A_notebook_that_is_not_there_is_refused_with_those_that_are()
    {
        using var lake = new Sdk.Packages.TemporaryFolder();
        Directory.CreateDirectory(lake.Below("_notebooks"));
        File.WriteAllText(lake.Below("_notebooks/mine.ipynb"), "{}");

        Package.WhyNot(new JsonObject { ["execute"] = "mine.ipynb" }, lake.Path).ShouldBeNull();
        Package.WhyNot(new JsonObject { ["execute"] = "" }, lake.Path).ShouldBeNull();
        var refusal = Package.WhyNot(new JsonObject { ["execute"] = "other.ipynb" }, lake.Path).ShouldNotBeNull();
        refusal.Option.ShouldBe("execute");
        refusal.Allowed.ShouldContain("mine.ipynb");
    }
}
