using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Sdk.Packages;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Tests.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Declared;

/// <summary>What a package can say of other clusters, of Java, of certificates, of the lake and of what may stand in.</summary>
public sealed class DeskPackageTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DeclaredPackage package;

    public DeskPackageTests() => package = DeskExample.Package(folder);

    private static ClusterConnection Numbers => new("numbers", "store", Ready: true, new Dictionary<string, string> { ["STORE_URL"] = "store://h:1" })
    {
        Keys = new ClusterKeys(
            new Dictionary<string, string> { ["STORE_PASSWORD"] = "hunter2" }, [new GeneratedFile("tls/store.pem", "hunter3")], new Dictionary<string, string> { ["STORE_CERT"] = "tls/store.pem" }),
    };

    private static Dictionary<string, PlacedTask> Placed => new() { ["table"] = new PlacedTask("table", "t", "10.0.0.1", new Dictionary<string, int> { ["web"] = 7000 }, Ready: true) };

    private static ArtifactNeeds NeedsOf(ServicePackage package) => package.Needs(package.Description.Defaults);

    public void Dispose() => folder.Dispose();

    private TaskCommand Table(ClusterSettings settings) => package.Specify(settings).Pods.Single(pod => pod.Type == "table").Tasks[0].Command(Clusters.Context("table", "web")).Known();

    [Fact]
    public void An_option_names_the_cluster_that_it_connects_to()
    {
        package.Connections(package.Description.Defaults).ShouldBeEmpty();
        package.Connections(new JsonObject { ["cluster"] = "numbers" }).ShouldBe(["numbers"]);
        package.Description.Schema["properties"]!["cluster"]!.ToJsonString()
            .ShouldBe("""{"type":"string","title":"Cluster","pattern":"^([a-z]([a-z0-9-]{0,38}[a-z0-9])?)?$","default":"","x-change":"restart"}""");
    }

    [Fact]
    public void Tasks_wait_for_the_connected_cluster_and_find_what_leads_to_it()
    {
        TaskSpecification Task(ClusterConnection? connection) =>
            package.Specify(Clusters.Settings(package, """{"cluster":"numbers"}""", connection: _ => connection)).Pods.Single(pod => pod.Type == "table").Tasks[0];

        Task(null).Command(Clusters.Context("table", "web")).ShouldBe(new CommandOutcome.Waiting("there is no cluster numbers, which it needs"));
        Task(Numbers with { Ready = false }).Command(Clusters.Context("table", "web")).ShouldBe(new CommandOutcome.Waiting("the cluster numbers, which it needs, is not ready"));
        var command = Task(Numbers).Command(Clusters.Context("table", "web")).Known();
        (command.Secrets["STORE_URL"], command.Secrets["STORE_PASSWORD"]).ShouldBe(("store://h:1", "hunter2"));
        command.Files.ShouldContain(new GeneratedFile("tls/store.pem", "hunter3"));
        command.Files.Single(file => file.Path == "with-connected.sh").Content.ShouldContain("STORE_CERT=\"$MESOS_SANDBOX/tls/store.pem\"");
    }

    [Fact]
    public void A_snippet_tells_what_is_found_of_the_connected_cluster_without_what_is_for_its_tasks_alone()
    {
        package.Snippets(Clusters.Settings(package), Placed).Select(snippet => snippet.Title).ShouldBe(["Command"]);
        var settings = Clusters.Settings(package, """{"cluster":"numbers"}""", connection: _ => Numbers);

        var snippet = package.Snippets(settings, Placed)[0];

        snippet.Title.ShouldBe("What is found of numbers");
        snippet.Text.ShouldBe("STORE_CERT=(for them alone)\nSTORE_PASSWORD=(for them alone)\nSTORE_URL=store://h:1");
        package.Snippets(settings, new Dictionary<string, PlacedTask>()).Select(each => each.Title).ShouldBe(["What is found of numbers"]);
    }

    [Fact]
    public void A_pod_is_there_only_when_its_option_says_so()
    {
        package.Specify(Clusters.Settings(package)).Pods.Select(pod => pod.Type).ShouldBe(["table", "chair"]);
        var service = package.Specify(Clusters.Settings(package, """{"run":"mine.txt"}"""));
        service.Pods.Select(pod => pod.Type).ShouldBe(["table", "chair", "run"]);
        service.Deploy.Phases.Select(phase => phase.Pod).ShouldBe(["table", "chair", "run"]);
        service.Task("run").Command(Clusters.Context("run", "")).Known().Arguments[^1].ShouldBe("/lake/_texts/mine.txt");
    }

    [Fact]
    public void A_file_that_is_neither_in_the_lake_nor_among_the_seeds_is_refused_with_those_that_are()
    {
        using var lake = new TemporaryFolder();
        lake.Write("_texts/other.txt", "other\n");

        package.WhyNot(new JsonObject { ["run"] = "" }, lake.Path).ShouldBeNull();
        package.WhyNot(new JsonObject { ["run"] = "mine.txt" }, lake.Path).ShouldBeNull();
        package.WhyNot(new JsonObject { ["run"] = "other.txt" }, lake.Path).ShouldBeNull();
        package.WhyNot(new JsonObject { ["run"] = "no.txt" }, lake.Path).ShouldBe(new OptionRefusal("run", "there is no such file in _texts of the lake", "mine.txt, other.txt"));
    }

    [Fact]
    public void Names_its_folders_of_the_lake_and_what_they_begin_with() =>
        package.LakeFolders(Clusters.Settings(package)).ShouldBe([new LakeFolder("_texts", folder.Below("texts")), new LakeFolder("_logs/trial")]);

    [Fact]
    public void A_Java_program_runs_with_the_jars_its_heap_and_its_options()
    {
        var command = Table(Clusters.Settings(package));

        command.Program.ShouldBe("/bin/sh");
        command.Arguments.ShouldBe(
        [
            "in-sandbox.sh", "/usr/bin/java", "--add-opens=java.base/java.lang=ALL-UNNAMED", "-XX:+UseSerialGC", "-Dcluster=trial", "-javaagent:watch.jar", "-Xmx256m", "-XX:+ExitOnOutOfMemoryError",
            "-cp", "desk/jars/*", "org.example.Table", "--port", "31000", "new",
        ]);
        (command.Environment["KIND"], command.Secrets["TOKEN"]).ShouldBe(("table", "secret-token"));
    }

    [Fact]
    public void What_starts_a_Java_program_is_given_its_line_as_further_arguments()
    {
        var command = package.Specify(Clusters.Settings(package)).Task("chair").Command(Clusters.Context("chair", "")).Known();

        command.Arguments.ShouldBe(
        [
            "in-sandbox.sh", "/bin/sh", "begin.sh", "0", "/usr/bin/java", "--add-opens=java.base/java.lang=ALL-UNNAMED", "-Xmx64m", "-XX:+ExitOnOutOfMemoryError",
            "-cp", "desk/jars/*:conf", "org.example.Chair",
        ]);
    }

    [Fact]
    public void Takes_its_classes_from_their_archive_when_there_is_one()
    {
        var archive = new StoredFile("table.jsa", new string('c', 64), "http://store/c#sha256=c");
        var settings = Clusters.Settings(package);
        settings = settings with { Artifacts = settings.Artifacts with { JarsArchive = Clusters.Jar, ClassArchives = new Dictionary<string, StoredFile> { ["table"] = archive } } };

        var command = Table(settings);

        command.Artifacts.ShouldContain(new ArtifactLink(archive, "desk/classes.jsa", Unpack: false));
        command.Arguments.ShouldContain("-XX:SharedArchiveFile=desk/classes.jsa");
    }

    [Fact]
    public void Says_how_a_program_is_run_once_for_an_archive_of_its_classes()
    {
        var training = NeedsOf(package).Training.ShouldNotBeNull();
        var program = training.Programs.ShouldHaveSingleItem();

        (training.Jars, program.Name, program.ClassPath, program.Ready).ShouldBe(("desk/jars", "table", "desk/jars/*", "serves"));
        program.Options.ShouldBe(["--add-opens=java.base/java.lang=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx256m", "-XX:+ExitOnOutOfMemoryError"]);
        program.Arguments.ShouldBe(["org.example.Table", "--port", "{{ ports.spare }}"]);
        program.Script.ShouldBe("train.sh");
        program.Ports.ShouldBe(["spare"]);
        program.Files.ShouldNotBeNull()["etc/port"].ShouldBe(new TrainedFile("{{ ports.spare }}", IsTemplate: true));
        program.Environment.ShouldBe(new Dictionary<string, string> { ["MODE"] = "training", ["KIND"] = "table", ["PYTHONPATH"] = "python/site-packages", ["HOME"] = "home" }, ignoreOrder: true);
        NeedsOf(package).ShouldBe(NeedsOf(package));
    }

    [Fact]
    public void Says_what_stands_in_for_what_can_not_be_had_and_leads_to_nothing_that_is_not_there()
    {
        var alternative = package.Alternative(package.Description.Defaults).ShouldNotBeNull();
        (alternative.Why, alternative.Needs.Jars, alternative.Needs.Python).ShouldBe(("Debian's python stands in", true, false));

        var command = Table(Clusters.Settings(package, python: false));

        command.Arguments[^1].ShouldBe("old");
        command.Files.Single(file => file.Path == "in-sandbox.sh").Content.ShouldNotContain("PYTHONPATH");
        package.Endpoints(Clusters.Settings(package, python: false), Placed).ShouldHaveSingleItem().Landing.ShouldBe("old/start");
        package.Endpoints(Clusters.Settings(package), Placed).ShouldHaveSingleItem().Landing.ShouldBe("new");
    }

    [Fact]
    public void All_tasks_and_whoever_connects_have_a_certificate_of_the_clusters_authority()
    {
        var settings = Clusters.Settings(package);
        var command = Table(settings);
        var keys = package.Keys(settings, Placed);

        foreach (var files in new[] { command.Files, keys.Files })
        {
            var pem = files.Single(file => file.Path == "tls/own.pem").Content;
            using var own = X509Certificate2.CreateFromPem(pem, pem);
            own.HasPrivateKey.ShouldBeTrue();
            files.Single(file => file.Path == "tls/authority.pem").Content.ShouldNotContain("PRIVATE");
        }

        command.Files.Single(file => file.Path == "in-sandbox.sh").Content.ShouldContain("DESK_CERT=\"$MESOS_SANDBOX/tls/own.pem\"");
        keys.Paths.ShouldBe(new Dictionary<string, string> { ["DESK_CA"] = "tls/authority.pem", ["DESK_CERT"] = "tls/own.pem", ["DESK_CONFIG"] = "desk/client.conf" }, ignoreOrder: true);
    }

    [Fact]
    public void What_holds_a_secret_is_exported_to_whoever_connects_alone()
    {
        var settings = Clusters.Settings(package);

        package.Exports(settings, Placed).ShouldBe(new Dictionary<string, string> { ["DESK_URL"] = "http://10.0.0.1:7000" });
        package.Keys(settings, Placed).Variables.ShouldBe(new Dictionary<string, string> { ["DESK_TOKEN"] = "secret-token" });
        package.Keys(settings, Placed).Files.ShouldContain(new GeneratedFile("desk/client.conf", "token=secret-token"));
    }

    [Fact]
    public void The_console_says_to_a_page_what_lets_it_in()
    {
        package.ProxyHeaders(Clusters.Settings(package), "table").ShouldBe(new Dictionary<string, string> { ["Authorization"] = "token secret-token" });
        package.ProxyHeaders(Clusters.Settings(package), "another").ShouldBeEmpty();
    }

    [Fact]
    public void A_check_runs_a_file_of_the_package()
    {
        var task = package.Specify(Clusters.Settings(package)).Task("table");

        task.Readiness(Clusters.Context("table", "web")).ShouldBeOfType<ReadinessCheck.Command>().Arguments.ShouldBe(["asks.py", "31000"]);
        task.Command(Clusters.Context("table", "web")).Known().Files.ShouldContain(new GeneratedFile("asks.py", "exit()\n"));
    }

    [Fact]
    public void Several_versions_pass_all_of_it_on()
    {
        var versioned = new VersionedPackage("desk", package.Editions);
        var (settings, options) = (Clusters.Settings(package), new JsonObject { ["cluster"] = "numbers", ["run"] = "no.txt" });

        versioned.Alternative(options).ShouldNotBeNull().Why.ShouldBe("Debian's python stands in");
        versioned.Connections(options).ShouldBe(["numbers"]);
        versioned.WhyNot(options, "/lake").ShouldNotBeNull().Option.ShouldBe("run");
        versioned.LakeFolders(settings).Count.ShouldBe(2);
        versioned.Keys(settings, Placed).Variables.Keys.ShouldBe(["DESK_TOKEN"]);
        versioned.ProxyHeaders(settings, "table").Keys.ShouldBe(["Authorization"]);
        versioned.Needs(options).Training.ShouldNotBeNull();
    }
}
