using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Tests.Jupyter;

public sealed class JupyterPackageTests
{
    private static readonly DeclaredPackage Package = ShippedPackage.Read("jupyter");

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
        Package.Specify(settings).Task("lab").Command(Clusters.Context("lab", "http")).Known().Secrets["SPARK_REMOTE"].ShouldBe("sc://h:1");
    }

    [Fact]
    public void What_lets_kernels_into_the_connected_cluster_is_for_them_alone()
    {
        var keys = new ClusterKeys(new Dictionary<string, string> { ["TOKEN"] = "hunter2" }, [new GeneratedFile("tls/own.pem", "hunter2")], new Dictionary<string, string> { ["CERT"] = "tls/own.pem" });
        var settings = Clusters.Settings(Package, """{"cluster":"trial"}""", connection: _ => Connection(true) with { Keys = keys });

        var command = Package.Specify(settings).Task("lab").Command(Clusters.Context("lab", "http")).Known();

        command.Secrets["TOKEN"].ShouldBe("hunter2");
        command.Environment.Values.Concat(command.Arguments).ShouldNotContain(value => value.Contains("hunter2", StringComparison.Ordinal));
        command.Files.ShouldContain(file => file.Path == "with-connected.sh" && file.Content.Contains("CERT=\"$MESOS_SANDBOX/tls/own.pem\"", StringComparison.Ordinal));
        var snippet = Package.Snippets(settings, new Dictionary<string, PlacedTask>()).ShouldHaveSingleItem();
        (snippet.Title, snippet.Text).ShouldBe(("What notebooks find of trial", "CERT=(for them alone)\nSPARK_REMOTE=sc://h:1\nTOKEN=(for them alone)"));
    }

    [Fact]
    public void Runs_a_notebook_once_only_when_one_is_named()
    {
        Package.Specify(Clusters.Settings(Package)).Pods.ShouldHaveSingleItem();
        Package.Specify(Clusters.Settings(Package, """{"execute":"flights.ipynb"}""")).Task("execute").RunsOnce.ShouldBeTrue();
    }

    [Fact]
    public void The_notebook_is_run_from_the_lake_and_its_result_lands_beside_it()
    {
        var arguments = Package.Specify(Clusters.Settings(Package, """{"execute":"flights.ipynb"}""")).Task("execute").Command(Clusters.Context("execute", "")).Known().Arguments;
        arguments.Skip(1).ShouldBe(
        [
            "/usr/bin/python3", "-m", "nbconvert", "--to", "notebook", "--execute", "/lake/_notebooks/flights.ipynb", "--output-dir", "/lake/_notebooks/executed", "--output", "flights.ipynb",
            "--ExecutePreprocessor.timeout=600",
        ]);
        Package.LakeFolders(Clusters.Settings(Package)).ShouldBe([new LakeFolder("_notebooks", Path.Combine(Package.Folder, "notebooks")), new LakeFolder("_notebooks/executed")]);
        Directory.GetFiles(Path.Combine(Package.Folder, "notebooks", "data"), "*.csv").ShouldNotBeEmpty();
    }

    [Fact]
    public void Has_these_options()
    {
        Package.Description.Defaults.ToJsonString().ShouldBe("""{"cluster":"","execute":"","memory":1536,"version":"4.6"}""");
        Package.Description.Schema["properties"]!["cluster"]!["pattern"]!.ToString().ShouldBe("^([a-z]([a-z0-9-]{0,38}[a-z0-9])?)?$");
        Package.Description.Schema["properties"]!["execute"]!["pattern"]!.ToString().ShouldBe(@"^([A-Za-z0-9][A-Za-z0-9_-]{0,80}\.ipynb)?$");
        Package.Specify(Clusters.Settings(Package, """{"memory":600}""")).Task("lab").Resources.ShouldBe(new TaskResources(300, 600, 512));
    }

    [Fact]
    public void Debians_notebook_server_stands_in_for_JupyterLab_and_says_so()
    {
        Package.Alternative(Package.Description.Defaults).ShouldNotBeNull().Why.ShouldBe("Debian's jupyter-notebook and jupyter-nbconvert, which the hosts must have, stand in for JupyterLab");
        string Module(bool python) => Package.Specify(Clusters.Settings(Package, python: python)).Task("lab").Command(Clusters.Context("lab", "http")).Known().Arguments.SkipWhile(argument => argument != "-m").ElementAt(1);
        (Module(python: true), Module(python: false)).ShouldBe(("jupyterlab", "notebook"));
    }

    [Theory]
    [InlineData("config/jupyter_server_config.json", "ServerApp", "root_dir")]
    [InlineData("config/jupyter_notebook_config.json", "NotebookApp", "notebook_dir")]
    public void Serves_the_lakes_notebooks_under_the_consoles_address(string path, string application, string folder)
    {
        var settings = Clusters.Settings(Package) with { LakePath = "/a \"lake\"" };
        var file = Package.Specify(settings).Task("lab").Command(Clusters.Context("lab", "http")).Known().Files.Single(each => each.Path == path);

        var server = JsonNode.Parse(file.Content)![application]!;
        (server["ip"]!.ToString(), server["port"]!.GetValue<int>(), server["base_url"]!.ToString(), server[folder]!.ToString()).ShouldBe(("10.0.0.7", 31000, "/ui/trial/lab/", "/a \"lake\"/_notebooks"));
    }

    [Fact]
    public void Tells_of_its_kernels_and_shows_its_page()
    {
        var settings = Clusters.Settings(Package);
        var looks = Package.Specify(settings).Task("lab").Activity!(Clusters.Context("lab", "http"));

        looks.Select(look => look.Way).Cast<LookWay.Http>().Select(way => (way.Path, way.Headers["Authorization"]))
            .ShouldBe([("/ui/trial/lab/api/status", "token secret-token"), ("/ui/trial/lab/api/kernels?no_track_activity=1", "token secret-token")]);
        var lab = new PlacedTask("lab", "t", "10.0.0.1", new Dictionary<string, int> { ["http"] = 8888 }, true);
        Package.Endpoints(settings, new Dictionary<string, PlacedTask> { ["lab"] = lab }).ShouldBe([new EndpointView("lab", "JupyterLab", "http://10.0.0.1:8888/ui/trial/lab/", "/ui/trial/lab/")]);
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
        refusal.Allowed.ShouldBe("cassandra.ipynb, flights.ipynb, hdfs.ipynb, kafka.ipynb, mine.ipynb, pipeline.ipynb, weather-dask.ipynb, zookeeper.ipynb");
    }
}
