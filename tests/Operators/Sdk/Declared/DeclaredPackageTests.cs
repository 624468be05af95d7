using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Sdk.Evaluation;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Tests.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Declared;

public sealed class DeclaredPackageTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DeclaredPackage package;

    public DeclaredPackageTests() =>
        package = new DeclaredPackage(DeclaredExamples.Read(folder, DeclaredExamples.Store).ShouldBeOfType<PackageReading.Read>().Declaration, folder.Path);

    private static PlacedTask Primary(bool ready) => new("primary", "t", "10.0.0.1", new Dictionary<string, int> { ["client"] = 7000, ["admin"] = 7001 }, ready);

    private static PlacedTask Replica(int index) => new($"replica-{index}", "t", "10.0.0.2", new Dictionary<string, int> { ["client"] = 7100 + index }, true);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Says_of_itself_what_the_declaration_says()
    {
        package.Description.Title.ShouldBe("Store");
        package.Description.Version.ShouldBe("2.0");
        package.Description.Description.ShouldBe("Keeps values. Hosts need Debian's store-server or store-server-old.");
        package.Description.Defaults.ToJsonString().ShouldBe("""{"replicas":2,"memory":256,"policy":"keep","label":"","version":"2.0"}""");
        package.Description.Schema["properties"]!["replicas"]!.ToJsonString()
            .ShouldBe("""{"type":"integer","title":"Replicas","minimum":0,"maximum":5,"default":2,"x-change":"dynamic"}""");
        package.Description.Schema["x-presets"]!.ToJsonString().ShouldBe("""{"S":{"memory":128},"L":{"memory":1024,"replicas":5}}""");
    }

    [Fact]
    public void Computes_counts_and_resources_from_options()
    {
        var service = package.Specify(Clusters.Settings(package, """{"memory":100,"replicas":1}"""));

        service.Pods.Select(pod => (pod.Type, pod.Count, pod.SingleNamed)).ShouldBe([("primary", 1, true), ("replica", 2, false)]);
        service.Task("primary").Resources.ShouldBe(new TaskResources(500, 264, 128));
        service.Task("replica").Resources.ShouldBe(new TaskResources(250, 100, 0));
        service.Task("primary").KillGrace.ShouldBe(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Fills_in_arguments_environment_and_files()
    {
        var command = package.Specify(Clusters.Settings(package, """{"label":"a b"}""")).Task("primary").Command(Clusters.Context("primary", "client admin")).Known();

        command.Program.ShouldBe("/usr/bin/store-server");
        command.Arguments.ShouldBe(["store.conf", "--label", "a b"]);
        command.Environment.ShouldBeEmpty();
        command.Secrets.ShouldBe(new Dictionary<string, string> { ["STORE_PASSWORD"] = "secret-password" });
        command.Files.ShouldHaveSingleItem().ShouldBe(new GeneratedFile("store.conf", "memory 256mb\npolicy keep\nlisten 10.0.0.7 31000\n"));
    }

    [Fact]
    public void Asks_each_pod_what_it_does()
    {
        var service = package.Specify(Clusters.Settings(package));
        var primary = service.Task("primary").Activity!(Clusters.Context("primary", "client admin")).ShouldHaveSingleItem();
        var replica = service.Task("replica").Activity!(Clusters.Context("replica-0", "client", Primary(ready: true))).ShouldHaveSingleItem();

        var http = primary.Way.ShouldBeOfType<LookWay.Http>();
        (http.Port, http.Path, http.Headers["Authorization"], primary.Expect).ShouldBe(("admin", "/stats", "token secret-password", "jobs"));
        primary.Signs.ShouldBe([new ActivitySign(SignKind.Busy, "jobs", new SignPlace.Json("$.jobs")) { Above = 1 }, new ActivitySign(SignKind.Time, "a job", new SignPlace.Json("$.last_activity"))]);
        replica.Way.ShouldBe(new LookWay.Tcp("client", "AUTH secret-password\r\nSTATS\r\n"));
        replica.Signs.ShouldHaveSingleItem().ShouldBe(new ActivitySign(SignKind.Count, "queries", new SignPlace.Match("^queries ([0-9]+)")));
    }

    [Fact]
    public void Asks_engines_for_facts_as_often_as_it_says()
    {
        var task = package.Specify(Clusters.Settings(package)).Task("replica");
        task.LookEvery.ShouldBe(TimeSpan.FromSeconds(3));
        var look = task.Facts.ShouldNotBeNull()(Clusters.Context("replica-0", "client")).ShouldHaveSingleItem();
        look.Way.ShouldBe(new LookWay.Tcp("client", "AUTH secret-password\r\nINFO\r\n"));
        look.Signs.ShouldBe([new ActivitySign(SignKind.Fact, "behind", new SignPlace.Match("^behind ([0-9]+)")), new ActivitySign(SignKind.Fact, "leads", new SignPlace.Match("^leads (yes|no)"))]);
    }

    [Fact]
    public void A_step_of_a_plan_knows_what_it_is_about_and_nobody_asks_for_it()
    {
        var step = package.Specify(Clusters.Settings(package)).Operations.Single(operation => operation.Name == "drain");
        var about = new WantedOperation(0, "drain", null, default) { Subject = new OperationSubject("replica-2", 2, "10.0.0.7", new Dictionary<string, int> { ["client"] = 7007 }) };
        var primary = new PlacedTask("primary", "t", "10.0.0.1", new Dictionary<string, int> { ["client"] = 7000, ["admin"] = 7001 }, Ready: true);
        step.Pod(about).Tasks.Single().Command(new TaskContext("drain", 0, "10.0.0.9", new Dictionary<string, int>(), new Dictionary<string, PlacedTask> { ["primary"] = primary }, new Dictionary<string, PlacedTask>())).Known().Arguments
            .ShouldBe(["10.0.0.1", "replica-2", "2", "10.0.0.7:7007"]);
        package.Description.Operations.Select(operation => operation.Name).ShouldBe(["backup"]);
    }

    [Fact]
    public void Whoever_asks_for_the_platforms_measurements_knows_where_they_are_and_has_a_token_of_its_own()
    {
        using var other = new TemporaryFolder();
        var yaml = DeclaredExamples.With("secrets: [password]", "platform: metrics\nsecrets: [password]")
            .Replace("STORE_PASSWORD: \"{{ secrets.password }}\"", "AT: \"{{ platform.url }}\", TOKEN: \"{{ platform.metrics_token }}\"", StringComparison.Ordinal);
        var asking = new DeclaredPackage(DeclaredExamples.Read(other, yaml).ShouldBeOfType<PackageReading.Read>().Declaration, other.Path);

        asking.Specify(Clusters.Settings(asking)).Task("primary").Command(Clusters.Context("primary", "client admin")).Known()
            .ShouldSatisfyAllConditions(
                command => command.Environment.ShouldBe(new Dictionary<string, string> { ["AT"] = "http://10.0.0.1:8080" }),
                command => command.Secrets.ShouldBe(new Dictionary<string, string> { ["TOKEN"] = "dpm_c-1_secret-platform/metrics" }));
    }

    [Fact]
    public void Names_where_placed_pods_show_their_measurements_and_leaves_out_those_without_the_port()
    {
        using var other = new TemporaryFolder();
        var yaml = DeclaredExamples.With("metrics: { pod: primary, port: admin, path: /metrics }", "metrics: { pod: replica, port: client, path: \"{{ pages.admin }}/metrics\" }");
        var measured = new DeclaredPackage(DeclaredExamples.Read(other, yaml).ShouldBeOfType<PackageReading.Read>().Declaration, other.Path);
        var placed = new[] { Replica(0), Replica(2), Replica(1) with { Ports = new Dictionary<string, int>() } }.ToDictionary(task => task.Name);

        measured.Measured(Clusters.Settings(measured), placed).ShouldBe(
            [new MeasuredPod("replica-0", "10.0.0.2", 7100, "/ui/trial/admin/metrics"), new MeasuredPod("replica-2", "10.0.0.2", 7102, "/ui/trial/admin/metrics")]);
    }

    [Fact]
    public void Two_versions_live_side_by_side() =>
        package.Specify(Clusters.Settings(package, """{"version":"1.9"}""")).Task("primary").Command(Clusters.Context("primary", "client admin")).Known().Program.ShouldBe("/usr/bin/store-server-old");

    [Fact]
    public void A_pod_waits_until_the_pods_before_it_serve_and_knows_their_places()
    {
        var replica = package.Specify(Clusters.Settings(package)).Task("replica");

        replica.Command(Clusters.Context("replica-0", "client")).ShouldBe(new CommandOutcome.Waiting("primary has no place yet"));
        replica.Command(Clusters.Context("replica-0", "client", Primary(ready: false))).ShouldBe(new CommandOutcome.Waiting("primary does not serve yet"));
        replica.Command(Clusters.Context("replica-0", "client", Primary(ready: true))).Known().Arguments.ShouldBe(["10.0.0.1:7000", "0"]);
    }

    [Fact]
    public void A_value_with_a_line_break_starts_nothing() =>
        package.Specify(Clusters.Settings(package, """{"policy":"keep\nport 1"}""")).Task("primary").Command(Clusters.Context("primary", "client admin"))
            .ShouldBeOfType<CommandOutcome.Waiting>().Reason.ShouldContain("holds a control character");

    [Fact]
    public void Is_ready_when_the_body_matches()
    {
        var check = package.Specify(Clusters.Settings(package)).Task("primary").Readiness(Clusters.Context("primary", "client admin")).ShouldBeOfType<ReadinessCheck.Http>();

        (check.Port, check.Path, check.Expect).ShouldBe(("admin", "/health", "^(ok|fine)$"));
    }

    [Fact]
    public void Is_ready_when_a_command_ends_well()
    {
        using var other = new TemporaryFolder();
        var text = DeclaredExamples.Store.Replace("ready: { tcp: client }", "ready: { command: { program: /usr/bin/store-cli, arguments: [ping, \"{{ ports.client }}\"] } }", StringComparison.Ordinal);
        var asked = new DeclaredPackage(DeclaredExamples.Read(other, text).ShouldBeOfType<PackageReading.Read>().Declaration, other.Path);

        var check = asked.Specify(Clusters.Settings(asked)).Task("replica").Readiness(Clusters.Context("replica-0", "client", Primary(ready: true))).ShouldBeOfType<ReadinessCheck.Command>();
        check.Program.ShouldBe("/usr/bin/store-cli");
        check.Arguments.ShouldBe(["ping", "31000"]);
    }

    [Fact]
    public void Places_where_the_declaration_allows_it()
    {
        var placement = package.Specify(Clusters.Settings(package)).Pods[1].Placement;

        string? WhyNot(string disk, int here) => placement.Select(rule => rule.WhyNot(new PlacementCandidate("replica", "h", new Dictionary<string, string> { ["disk"] = disk }, here))).OfType<string>().FirstOrDefault();
        WhyNot("ssd", 0).ShouldBeNull();
        WhyNot("hdd", 0).ShouldNotBeNull();
        WhyNot("ssd", 1).ShouldNotBeNull();
    }

    [Fact]
    public void Shows_ways_in_once_there_are_places()
    {
        var settings = Clusters.Settings(package);
        var tasks = new[] { Primary(true), Replica(0), Replica(1) }.ToDictionary(task => task.Name);

        package.Endpoints(settings, new Dictionary<string, PlacedTask>()).ShouldBeEmpty();
        package.Exports(settings, new Dictionary<string, PlacedTask>()).ShouldBeEmpty();
        package.Snippets(settings, new Dictionary<string, PlacedTask>()).ShouldBeEmpty();
        package.Endpoints(settings, tasks).ShouldBe(
        [
            new EndpointView("client", "Store", "store://10.0.0.1:7000", null),
            new EndpointView("admin", "Administration", "http://10.0.0.1:7001/ui/trial/admin/", "/ui/trial/admin/", "start"),
        ]);
        package.Exports(settings, tasks).ShouldBeEmpty();
        package.Keys(settings, tasks).Variables.ShouldBe(new Dictionary<string, string> { ["STORE_URL"] = "store://:secret-password@10.0.0.1:7000" });
        package.Snippets(settings, tasks).ShouldHaveSingleItem().Text.ShouldBe("store-cli 10.0.0.2:7100\nstore-cli 10.0.0.2:7101");
    }
}
