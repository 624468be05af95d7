using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Sdk.Plans;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Tests.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Declared;

public sealed class LaunchedOptionsTests : IDisposable
{
    private const string Choir = """
        schema: 1
        name: choir
        title: Choir
        description: Begins together.
        versions:
          - { version: 1.0, program: /usr/bin/choir, debian: choir }
        options:
          voices: { type: integer, title: Voices, minimum: 1, maximum: 9, default: 3, change: dynamic }
        pods:
          voice:
            count: "{{ voices }}"
            task:
              resources: { cpus: 0.1, memory: 32 }
              command: { arguments: [sing, "{{ launched.voices }}"] }
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_task_knows_with_which_options_its_cluster_began()
    {
        var package = folder.Package(Choir);
        var settings = Clusters.Settings(package);
        var grown = settings with { Cluster = settings.Cluster with { Options = new JsonObject { ["voices"] = 5 }, Target = 3, Earlier = new Dictionary<int, JsonObject> { [1] = new JsonObject { ["voices"] = 2 }, [2] = new JsonObject { ["voices"] = 4 } } } };

        (Sings(package, settings), Sings(package, grown)).ShouldBe(("3", "2"));
    }

    [Fact]
    public void None_that_runs_is_restarted_for_what_is_changed_later()
    {
        var package = folder.Package(Choir);
        var (before, after) = (new JsonObject { ["voices"] = 2 }, new JsonObject { ["voices"] = 3 });

        TargetDiff.Of(TrialSpecification.Of(package, before, "/lake", launched: before), TrialSpecification.Of(package, after, "/lake", launched: before))
            .ShouldHaveSingleItem().ShouldSatisfyAllConditions(change => change.Pod.ShouldBe("voice-2"), change => change.Kind.ShouldBe(PodChangeKind.Added));
    }

    [Fact]
    public void What_is_no_option_is_refused()
    {
        folder.Read(Choir.Replace("launched.voices", "launched.voice", StringComparison.Ordinal)).ShouldBeOfType<PackageReading.Refused>()
            .Problems.ShouldHaveSingleItem().ToString().ShouldContain("launched.voice");
    }

    private static string Sings(ServicePackage package, Operators.Sdk.Clusters.ClusterSettings settings) =>
        package.Specify(settings).Pods.Single().Tasks.Single().Command(Clusters.Context("voice-0", "")).ShouldBeOfType<CommandOutcome.Known>().Command.Arguments[^1];
}
