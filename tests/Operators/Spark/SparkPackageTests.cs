using System.Diagnostics;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Sdk.Packages;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Tests.Spark;

public sealed class SparkPackageTests
{
    private static readonly DeclaredPackage Package = ShippedPackage.Read("spark");
    private static readonly PlacedTask Master = new("master", "t", "10.0.0.1", new Dictionary<string, int> { ["rpc"] = 7000, ["page"] = 7001 }, true);

    [Fact]
    public void Specifies_as_many_workers_as_are_asked_for_and_lets_no_phase_wait_for_another()
    {
        var service = Package.Specify(Clusters.Settings(Package, """{"workers":5}"""));
        service.Pods.Single(pod => pod.Type == "worker").Count.ShouldBe(5);
        service.Deploy.Strategy.ShouldBe(Strategy.Parallel);
    }

    [Fact]
    public void A_worker_waits_until_the_master_serves_and_is_given_its_address()
    {
        var worker = Package.Specify(Clusters.Settings(Package)).Task("worker");
        worker.Command(Clusters.Context("worker-0", "rpc page")).ShouldBeOfType<CommandOutcome.Waiting>().Reason.ShouldContain("master");
        worker.Command(Clusters.Context("worker-0", "rpc page", Master with { Ready = false })).ShouldBeOfType<CommandOutcome.Waiting>().Reason.ShouldContain("serve");
        worker.Command(Clusters.Context("worker-0", "rpc page", Master)).Known().Arguments.ShouldContain("spark://10.0.0.1:7000");
    }

    [Fact]
    public void The_clusters_secret_stands_in_a_file_and_never_in_arguments_or_environment()
    {
        var service = Package.Specify(Clusters.Settings(Package));
        foreach (var (pod, ports) in new[] { ("master", "rpc page"), ("worker", "rpc page"), ("connect", "grpc rpc blocks page") })
        {
            var command = service.Task(pod).Command(Clusters.Context(pod, ports, Master)).Known();
            command.Arguments.ShouldNotContain(argument => argument.Contains("secret-", StringComparison.Ordinal));
            command.Environment.Values.ShouldNotContain(value => value.Contains("secret-", StringComparison.Ordinal));
            command.Files.ShouldContain(file => file.Content.Contains("spark.authenticate.secret secret-authenticate", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_process_gets_all_jars_and_the_python_environment()
    {
        var command = Package.Specify(Clusters.Settings(Package)).Task("master").Command(Clusters.Context("master", "rpc page")).Known();
        command.Artifacts.ShouldBe([new ArtifactLink(Clusters.Jar, "spark/jars/engine.jar", false), new ArtifactLink(Clusters.Environment, "python", true)]);
    }

    [Theory]
    [InlineData("""{ "masterurl" : "spark://x:1" }""", true)]
    [InlineData("""{"masterurl":""}""", false)]
    [InlineData("<html>", false)]
    public void A_worker_is_ready_once_it_has_registered(string body, bool ready)
    {
        var check = Package.Specify(Clusters.Settings(Package)).Task("worker").Readiness(Clusters.Context("worker-0", "rpc page", Master)).ShouldBeOfType<ReadinessCheck.Http>();
        BodyExpectation.Of(check.Expect.ShouldNotBeNull()).IsMatch(body).ShouldBe(ready);
    }

    [Theory]
    [InlineData("""{ "status" : "ALIVE" }""", true)]
    [InlineData("""{ "status" : "STANDBY" }""", false)]
    public void A_master_is_ready_once_it_leads(string body, bool ready)
    {
        var check = Package.Specify(Clusters.Settings(Package)).Task("master").Readiness(Clusters.Context("master", "rpc page")).ShouldBeOfType<ReadinessCheck.Http>();
        BodyExpectation.Of(check.Expect.ShouldNotBeNull()).IsMatch(body).ShouldBe(ready);
    }

    [Fact]
    public void Hands_the_connect_address_to_notebooks_once_it_has_a_place()
    {
        var settings = Clusters.Settings(Package);
        Package.Keys(settings, new Dictionary<string, PlacedTask>()).Variables.ShouldBeEmpty();
        var connect = new PlacedTask("connect", "t", "10.0.0.3", new Dictionary<string, int> { ["grpc"] = 7100, ["page"] = 7101 }, true);
        var tasks = new Dictionary<string, PlacedTask> { ["connect"] = connect };
        Package.Keys(settings, tasks).Variables["SPARK_REMOTE"].ShouldBe("sc://10.0.0.3:7100/;authorization=Bearer%20secret-connect");
        Package.Exports(settings, tasks).Values.ShouldNotContain(value => value.Contains("secret", StringComparison.Ordinal));
        Package.Endpoints(settings, tasks).ShouldNotContain(endpoint => endpoint.Url.Contains("secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("master", "/json/", "{\"activeapps\":[{\"id\":\"app-1\"},{\"id\":\"app-2\"}],\"completedapps\":[]}", "2")]
    [InlineData("connect", "/metrics/json/", "{\"gauges\":{\"app-1.driver.DAGScheduler.job.activeJobs\":{\"value\":1},\"app-1.driver.DAGScheduler.job.allJobs\":{\"value\":7}}}", "1 7")]
    public void Tells_of_applications_and_jobs(string pod, string page, string answer, string values)
    {
        var task = Package.Specify(Clusters.Settings(Package)).Task(pod);
        var look = task.Activity!(Clusters.Context(pod, string.Join(' ', task.Ports), Master)).ShouldHaveSingleItem();

        look.Way.ShouldBeOfType<LookWay.Http>().Path.ShouldBe(page);
        ActivityLooks.Find(new() { Signs = { look.Signs.Select(Told) } }, answer).ShouldBe(values.Split(' ').Select(value => ((string?)value, (string?)null)));
    }

    [Fact]
    public void Has_these_options()
    {
        Package.Description.Defaults.ToJsonString().ShouldBe("""{"workers":2,"most_workers":0,"worker_cores":1,"worker_memory":1024,"driver_memory":1024,"kafka":"","hdfs":"","version":"4.2.0"}""");
        Package.Declaration.Options.Select(option => (option.Minimum, option.Maximum)).ShouldBe([(1, 64), (0, 64), (1, 64), (512, 131072), (512, 65536), (null, null), (null, null)]);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(2, false)]
    [InlineData(5, true)]
    public void Workers_follow_the_work_where_there_may_be_more_of_them(int most, bool grows)
    {
        var worker = Package.Specify(Clusters.Settings(Package, $$"""{"workers":2,"most_workers":{{most}}}""")).Pods.Single(pod => pod.Type == "worker");

        worker.Count.ShouldBe(2);
        worker.Growth.ShouldBe(grows
            ? new GrowthRule(2, most, "connect", new FactCondition("waiting", FactComparison.AtLeast, "1"), TimeSpan.FromSeconds(5), new FactCondition("needed", FactComparison.Is, "0"), TimeSpan.FromSeconds(60))
            : null);
    }

    [Fact]
    public void Asks_for_its_memory_beside_the_heaps()
    {
        var service = Package.Specify(Clusters.Settings(Package, """{"worker_cores":2,"worker_memory":2048,"driver_memory":512}"""));

        service.Pods.Select(pod => (pod.Type, pod.Count, pod.SingleNamed)).ShouldBe([("master", 1, true), ("worker", 2, false), ("connect", 1, true)]);
        service.Task("master").Resources.ShouldBe(new TaskResources(200, 640, 256));
        service.Task("worker").Resources.ShouldBe(new TaskResources(2000, 3072, 1024));
        service.Task("connect").Resources.ShouldBe(new TaskResources(500, 1024, 512));
    }

    [Fact]
    public void Events_outlive_the_cluster_in_a_folder_of_the_lake_that_no_dataset_is()
    {
        var settings = Clusters.Settings(Package);
        Package.LakeFolders(settings).ShouldBe([new LakeFolder("_spark/events")]);
        Package.Specify(settings).Task("master").Command(Clusters.Context("master", "rpc page")).Known().Files[0].Content
            .ShouldSatisfyAllConditions(text => text.ShouldContain("spark.eventLog.dir file:///lake/_spark/events\n"), text => text.ShouldContain("spark.deploy.appIdPattern trial-%s-%04d\n"));
    }

    [Fact]
    public void Shows_how_a_stream_reads_from_the_Kafka_that_it_is_connected_to_without_a_password()
    {
        var log = new ClusterConnection("log", "kafka", true, new Dictionary<string, string>
        {
            ["KAFKA_BOOTSTRAP_SERVERS"] = "10.0.0.9:9092", ["KAFKA_SASL_MECHANISM"] = "PLAIN", ["KAFKA_SASL_USERNAME"] = "client", ["KAFKA_SECURITY_PROTOCOL"] = "SASL_SSL",
        });
        var settings = Clusters.Settings(Package, """{"kafka":"log"}""", connection: _ => log);
        var connect = new PlacedTask("connect", "t", "10.0.0.3", new Dictionary<string, int> { ["grpc"] = 7100, ["page"] = 7101 }, true);

        Package.Snippets(settings, new Dictionary<string, PlacedTask> { ["connect"] = connect }).Single(snippet => snippet.Title == "Kafka log").Text.ShouldBe("""
            messages = (
                spark.readStream.format("kafka")
                .option("kafka.bootstrap.servers", "10.0.0.9:9092")
                .option("kafka.sasl.mechanism", "PLAIN")
                .option("kafka.security.protocol", "SASL_SSL")
                .option("kafka.ssl.endpoint.identification.algorithm", "")
                .option("subscribe", "greetings")
                .option("startingOffsets", "earliest")
                .load()
            )
            """);
    }

    [Fact]
    public void Reads_and_writes_the_HDFS_that_it_is_connected_to_and_means_the_hosts_files_by_all_else()
    {
        var folder = Directory.CreateTempSubdirectory("dp-spark-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "given.conf"), "spark.ui.port 1\n");
            File.WriteAllText(Path.Combine(folder, "core-site.xml"), "<configuration>\n  <property><name>fs.defaultFS</name><value>hdfs://files</value></property>\n</configuration>\n");
            File.WriteAllText(Path.Combine(folder, "hdfs-site.xml"), "<configuration>\n  <!-- two -->\n  <property><name>dfs.nameservices</name><value>files</value></property>\n</configuration>\n");
            var start = new ProcessStartInfo("/bin/bash", [Path.Combine(AppContext.BaseDirectory, "packages", "spark", "start.sh"), "/bin/true"])
            {
                WorkingDirectory = folder, Environment = { ["HDFS_CORE_SITE"] = Path.Combine(folder, "core-site.xml"), ["HDFS_SITE"] = Path.Combine(folder, "hdfs-site.xml") },
            };
            using var program = Process.Start(start)!;
            program.WaitForExit();
            program.ExitCode.ShouldBe(0);
            File.ReadAllText(Path.Combine(folder, "spark.conf")).ShouldBe("spark.ui.port 1\nspark.hadoop.dfs.nameservices files\nspark.hadoop.fs.defaultFS file:///\n");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Shows_how_to_use_the_HDFS_that_it_is_connected_to()
    {
        var files = new ClusterConnection("files", "hdfs", true, new Dictionary<string, string> { ["HADOOP_USER_NAME"] = "ann", ["HDFS_URI"] = "hdfs://10.0.0.9:8020" });
        var connect = new PlacedTask("connect", "t", "10.0.0.3", new Dictionary<string, int> { ["grpc"] = 7100, ["page"] = 7101 }, true);

        Package.Snippets(Clusters.Settings(Package, """{"hdfs":"files"}""", connection: _ => files), new Dictionary<string, PlacedTask> { ["connect"] = connect }).Single(snippet => snippet.Title == "HDFS files").Text.Trim()
            .ShouldBe("numbers = \"hdfs://10.0.0.9:8020/user/ann/numbers\"\nspark.range(1_000_000).write.mode(\"overwrite\").parquet(numbers)\nspark.read.parquet(numbers).count()");
    }

    [Theory]
    [InlineData("", "spark.eventLog.enabled true\n")]
    [InlineData("nowhere", "spark.eventLog.enabled true\nspark.eventLog.enabled false\n")]
    public void Where_the_lake_can_not_be_written_it_starts_without_an_event_log(string below, string configuration)
    {
        var folder = Directory.CreateTempSubdirectory("dp-spark-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "given.conf"), "spark.eventLog.enabled true\n");
            File.SetUnixFileMode(Path.Combine(folder, "given.conf"), UnixFileMode.UserRead);
            var start = new ProcessStartInfo("/bin/bash", [Path.Combine(AppContext.BaseDirectory, "packages", "spark", "start.sh"), "/bin/echo", "started"])
            {
                WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["EVENTS"] = Path.Combine(folder, below) },
            };
            using var program = Process.Start(start)!;
            program.StandardOutput.ReadToEnd().ShouldBe("started\n");
            program.StandardError.ReadToEnd().Contains("no event log is kept", StringComparison.Ordinal).ShouldBe(below.Length > 0);
            File.ReadAllText(Path.Combine(folder, "spark.conf")).ShouldBe(configuration);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Shows_people_the_way_in_as_soon_as_there_is_one()
    {
        var settings = Clusters.Settings(Package);
        var tasks = new[] { Master, new PlacedTask("connect", "t", "10.0.0.3", new Dictionary<string, int> { ["grpc"] = 7100, ["page"] = 7101 }, true) }.ToDictionary(task => task.Name);

        Package.Snippets(settings, new Dictionary<string, PlacedTask> { ["master"] = Master }).ShouldBeEmpty();
        Package.Snippets(settings, tasks).Select(snippet => (snippet.Title, snippet.Language)).ShouldBe([("Environment", "shell"), ("Python", "python"), ("Notebook", "shell")]);
        Package.Snippets(settings, tasks)[0].Text.ShouldBe("export SPARK_REMOTE='sc://10.0.0.3:7100/;authorization=Bearer%20secret-connect'");
        Package.Endpoints(settings, tasks).ShouldBe(
        [
            new EndpointView("connect", "Spark Connect", "sc://10.0.0.3:7100", null),
            new EndpointView("master", "Spark master", "http://10.0.0.1:7001/", "/ui/trial/master/"),
        ]);
    }

    /// <summary>Another class path, or options that a virtual machine does not share, and the archive is passed over in silence.</summary>
    [Theory]
    [InlineData("master", "rpc page")]
    [InlineData("worker", "rpc page")]
    [InlineData("connect", "grpc rpc blocks page")]
    public void Its_programs_are_trained_as_they_run(string program, string ports)
    {
        var settings = Clusters.Settings(Package);
        var archive = new StoredFile(program + ".jsa", new string('c', 64), "http://store/c#sha256=c");
        settings = settings with { Artifacts = settings.Artifacts with { JarsArchive = Clusters.Jar, ClassArchives = new Dictionary<string, StoredFile> { [program] = archive } } };
        var command = Package.Specify(settings).Task(program).Command(Clusters.Context(program, ports, Master)).Known();
        var training = LockedPackage.Read(Package.Needs(Package.Description.Defaults)).Training.ShouldNotBeNull();
        var trained = training.Programs.Single(each => each.Name == program);

        command.Artifacts.ShouldContain(new ArtifactLink(archive, "spark/classes.jsa", Unpack: false));
        command.Arguments.ShouldContain("-XX:SharedArchiveFile=spark/classes.jsa");
        var classPath = command.Arguments.SkipWhile(argument => argument != "-cp").Skip(1).ToList();
        trained.Options.Except(command.Arguments.TakeWhile(argument => argument != "-cp")).ShouldBeEmpty();
        classPath[..2].ShouldBe([trained.ClassPath, trained.Arguments[0]]);
        trained.ClassPath.ShouldBe(training.Jars + "/*");
        trained.Arguments.Concat(trained.Environment.Values).ShouldNotContain(text => text.Contains("{{", StringComparison.Ordinal));
        trained.Environment["SPARK_LOCAL_IP"].ShouldBe("127.0.0.1");
    }

    private static DataPlatform.Core.Protocol.Mesos.ActivityInfo.Types.Sign Told(ActivitySign sign) => sign.Place switch
    {
        SignPlace.Json(var path) => new() { Of = sign.Of, JsonPath = path },
        SignPlace.Match(var expression) => new() { Of = sign.Of, Match = expression },
        _ => throw new InvalidOperationException(sign.ToString()),
    };
}
