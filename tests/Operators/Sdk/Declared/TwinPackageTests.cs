using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Tests.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Declared;

/// <summary>A package whose options decide over tasks and counts, and depend on each other.</summary>
public sealed class TwinPackageTests : IDisposable
{
    private const string Twin = """
        schema: 1
        name: twin
        title: Twin
        description: One alone, or two of which one watches the other.
        versions:
          - { version: 1.0, program: /usr/bin/twin, debian: twin }
        options:
          nodes: { type: integer, title: Nodes, minimum: 1, maximum: 9, default: 2 }
          copies: { type: integer, title: Copies, minimum: 1, maximum: 9, default: 1, at_most: nodes }
          two: { type: boolean, title: Two, default: false, needs: judge }
          judge: { type: cluster, title: Judge }
        pods:
          head:
            count: "{{ two }} + 1"
            tasks:
              server:
                resources: { cpus: 0.1, memory: "64 + {{ two }} * 32" }
                ports: [web]
                command: { arguments: [serve] }
              watch:
                when: two
                resources: { cpus: 0.1, memory: 32 }
                ports: [seen]
                command: { arguments: [watch] }
          node:
            count: "{{ nodes }}"
            plans: { before_removal: drain, after_addition: fill }
            task:
              resources: { cpus: 0.1, memory: 32 }
              ports: [data]
              command: { arguments: [hold, "{{ copies }}"] }
        operations:
          drain:
            title: Drain
            kind: step
            task: { resources: { cpus: 0.1, memory: 32 }, command: { arguments: [drain, "{{ operation.host }}", "{{ operation.ports.data }}"] } }
          fill:
            title: Fill
            kind: step
            task: { resources: { cpus: 0.1, memory: 32 }, command: { arguments: [fill, "{{ operation.pod }}"] } }
        exports:
          TWIN_SITE: { path: twin-conf/site.conf, text: "{{ peers.head.first.host }}" }
          TWIN_CONF_DIR: { folder: twin-conf }
        """;

    private readonly TemporaryFolder folder = new();
    private readonly DeclaredPackage package;

    public TwinPackageTests()
    {
        package = folder.Package(Twin);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_task_is_there_only_when_its_option_says_so_and_a_boolean_counts_as_one_or_none()
    {
        var alone = package.Specify(Clusters.Settings(package)).Pods.Single(pod => pod.Type == "head");
        (alone.Count, alone.Tasks[0].Resources.MemoryMebibytes).ShouldBe((1, 64));
        alone.Tasks.Select(task => task.Name).ShouldBe(["server"]);

        var two = package.Specify(Clusters.Settings(package, """{"two":true}""")).Pods.Single(pod => pod.Type == "head");
        (two.Count, two.Tasks[0].Resources.MemoryMebibytes).ShouldBe((2, 96));
        two.Tasks.Select(task => task.Name).ShouldBe(["server", "watch"]);
    }

    [Fact]
    public void An_option_that_needs_another_is_refused_without_it()
    {
        package.WhyNot(new JsonObject { ["two"] = true, ["judge"] = "" }, "/lake").ShouldBe(new OptionRefusal("judge", "two can't do without it", "the name of a cluster"));
        package.WhyNot(new JsonObject { ["two"] = true, ["judge"] = "solomon" }, "/lake").ShouldBeNull();
        package.WhyNot(new JsonObject { ["two"] = false, ["judge"] = "" }, "/lake").ShouldBeNull();
    }

    [Fact]
    public void An_operation_finds_what_a_connected_cluster_exports_as_the_pods_do()
    {
        var environment = new Dictionary<string, string> { ["JUDGE"] = "10.0.0.9" };
        CommandOutcome Filled(bool ready) => package.Specify(Clusters.Settings(package, """{"judge":"solomon"}""", connection: name => new ClusterConnection(name, "judge", ready, environment)))
            .Operations.Single(operation => operation.Name == "fill").Pod(new WantedOperation(1, "fill", null, DateTimeOffset.UnixEpoch) { Subject = new OperationSubject("node", 0, "", new Dictionary<string, int>(0)) })
            .Tasks.Single().Command(Clusters.Context("fill-node", ""));
        Filled(ready: true).Known().Secrets.ShouldBe(environment);
        Filled(ready: false).ShouldBeOfType<CommandOutcome.Waiting>().Reason.ShouldBe("the cluster solomon, which it needs, is not ready");
    }

    [Fact]
    public void A_number_that_goes_beyond_the_one_that_bounds_it_is_refused()
    {
        package.WhyNot(new JsonObject { ["nodes"] = 3, ["copies"] = 4 }, "/lake").ShouldBe(new OptionRefusal("copies", "it is more than nodes", "at most 3"));
        package.WhyNot(new JsonObject { ["nodes"] = 3, ["copies"] = 3 }, "/lake").ShouldBeNull();
        package.WhyNot(new JsonObject { ["copies"] = 3 }, "/lake").ShouldBe(new OptionRefusal("copies", "it is more than nodes", "at most 2"), "what is not said is the default");
    }

    [Fact]
    public void A_variable_holds_the_folder_in_which_exported_files_stand()
    {
        var placed = new Dictionary<string, PlacedTask> { ["head-0-server"] = new("head-0-server", "t", "10.0.0.1", new Dictionary<string, int> { ["web"] = 7000 }, Ready: true) };
        package.Keys(Clusters.Settings(package), placed).Paths.ShouldBe(new Dictionary<string, string> { ["TWIN_SITE"] = "twin-conf/site.conf", ["TWIN_CONF_DIR"] = "twin-conf" }, ignoreOrder: true);
        package.Keys(Clusters.Settings(package), new Dictionary<string, PlacedTask>()).Paths.ShouldBeEmpty("the files are not there yet");
    }

    [Theory]
    [InlineData("needs: judge", "needs: jury", "options.two.needs names jury, which is no other option that can be false or empty")]
    [InlineData("needs: judge", "needs: two", "options.two.needs names two")]
    [InlineData("needs: judge", "needs: nodes", "options.two.needs names nodes")]
    [InlineData("at_most: nodes", "at_most: two", "options.copies.at_most names two, which is no other option that is a number")]
    [InlineData("default: false, needs: judge", "default: false, at_most: nodes", "options.two.at_most is for numbers only")]
    [InlineData("{ folder: twin-conf }", "{ folder: other }", "exports.TWIN_CONF_DIR: no exported file lies in other")]
    [InlineData("{ folder: twin-conf }", "{ folder: ../conf }", "exports.TWIN_CONF_DIR.folder can't be '../conf'")]
    [InlineData("      server:\n        resources", "      server:\n        when: two\n        resources", "the first task of head depends on an option")]
    [InlineData("when: two", "when: nodes", "names nodes, which is no option that can be false or empty")]
    public void Says_what_is_wrong(string old, string changed, string message)
    {
        Twin.ShouldContain(old);
        folder.Read(Twin.Replace(old, changed, StringComparison.Ordinal)).ShouldBeOfType<PackageReading.Refused>().Problems.ShouldContain(problem => problem.Message.Contains(message, StringComparison.Ordinal));
    }
}
